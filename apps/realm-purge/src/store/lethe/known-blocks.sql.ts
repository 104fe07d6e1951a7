import { many, one, type Queryable } from '@lethe/postgres';
import type { KnownBlock } from '../realm-store.js';
import { hasId } from './blocks.sql.js';

const FIRST = 0n;
const END = 1n << 128n;
/** Of all ids. Where it holds too few blocks, the next one is as large as those seen suggest. */
const FIRST_SPAN = END >> 16n;
const WIDER = 16n;

export async function knownBlocks(
  db: Queryable,
  organizationId: string,
  after: string | null,
  limit: number,
): Promise<KnownBlock[]> {
  const known: KnownBlock[] = [];
  let from = after === null ? FIRST : numberOf(after) + 1n;
  for (let span = FIRST_SPAN; known.length < limit && from < END;) {
    const to = from + span < END ? from + span : END;
    const wanted = limit - known.length;
    const some = await blocksWithin(db, organizationId, idOf(from), idOf(to - 1n), wanted);
    known.push(...some);
    from = to;
    span = some.length === 0 ? span * WIDER : (span * BigInt(wanted)) / BigInt(some.length) + 1n;
  }
  return known;
}

/**
 * The first of a range. Each realm's rows lie in the order of their ids, but those of an organization in as many orders as it has
 * realms: read by ranges, which hold about as many as are wanted, each row is read once and none of another organization.
 */
export function blocksWithin(
  db: Queryable,
  organizationId: string,
  first: string,
  last: string,
  limit: number,
): Promise<KnownBlock[]> {
  return many<KnownBlock>(
    db,
    `select own.block_id as "blockId", bool_or(r.state = 'active') as live
       from realm r
      cross join lateral (select b.block_id
                            from block b
                           where b.realm_id = r.realm_id and b.block_id between $2 and $3
                           order by b.block_id
                           limit $4) own
      where r.organization_id = $1
      group by own.block_id
      order by own.block_id
      limit $4`,
    [organizationId, first, last, limit],
  );
}

/** Those of the ids that no row of the organization names, whatever state its realm is in. */
export async function unnamed(
  db: Queryable,
  organizationId: string,
  blockIds: readonly string[],
): Promise<string[]> {
  const rows = await many<{ block_id: string }>(
    db,
    `with named as materialized (
       select b.block_id
         from block b
         join realm r using (realm_id)
        where ${hasId('b', 'unnest($2::uuid[]) given (block_id)')}
          and r.organization_id = $1
     )
     select distinct block_id
       from unnest($2::uuid[]) given (block_id)
      where block_id not in (select block_id from named)
      order by block_id`,
    [organizationId, blockIds],
  );
  return rows.map((row) => row.block_id);
}

/** Whether there ever was a realm of this organization: a purged one stays known. */
export async function knowsOrganization(db: Queryable, organizationId: string): Promise<boolean> {
  const { known } = await one<{ known: boolean }>(
    db,
    `select exists (select from realm where organization_id = $1) as known`,
    [organizationId],
  );
  return known;
}

const numberOf = (id: string): bigint => BigInt(`0x${id.replaceAll('-', '')}`);

function idOf(number: bigint): string {
  const hex = number.toString(16).padStart(32, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
