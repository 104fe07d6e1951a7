import type { ObjectStore } from '@lethe/object-store';
import { storeFailed } from '../orphan/place.js';
import type { BlockState, KnownBlock, Realms } from '../realms/realms.js';
import { seeRange, type SeenBlock, type SeenRange } from './seen-range.js';

export type Comparable = Pick<ObjectStore, 'listVersions' | 'listUploads' | 'name'>;

export interface Comparing {
  readonly realms: Pick<Realms, 'known'>;
  readonly organizationId: string;
  /** Asked for each range: a store may turn into another one while it is listed. */
  readonly store: () => Promise<Comparable>;
  /** What is younger is left out. */
  readonly oldBefore: Date;
  readonly signal: AbortSignal;
  /** Of keys in the store and rows at once, each: so much is held. */
  readonly rangeItems?: number;
}

/** An object or unfinished upload that no realm knows, or the id of a broken order without any. */
export type Orphan = SeenBlock | { readonly id: string; readonly versions: 0; readonly uploads: 0 };

export interface ComparedRange {
  readonly orphans: readonly Orphan[];
  readonly missing: readonly string[];
  /** Keys with an object, or with what is left of one. */
  readonly objects: number;
  /** Unfinished ones, whatever else is under their keys. */
  readonly uploads: number;
  readonly rows: number;
  readonly foreign: number;
}

const RANGE_ITEMS = 10_000;

/**
 * Compares a store's objects and unfinished uploads with the rows, range by range of ids. Rows are read behind the listing, so that what
 * was registered before an object was listed is known; and before it too, so that what a purge swept meanwhile is no orphan, and a row
 * is missed only where it was there before. Rejects with the first error; then no range that was answered is worth anything.
 */
export async function* compareStore(comparing: Comparing): AsyncGenerator<ComparedRange> {
  const { realms, organizationId, signal, rangeItems = RANGE_ITEMS } = comparing;
  let after: string | undefined;
  do {
    signal.throwIfAborted();
    const store = await comparing.store();
    const before = await realms.known(organizationId, after, rangeItems);
    const end = before.length < rangeItems ? undefined : before.at(-1)?.id;
    const range: SeenRange = await seeRange(store, organizationId, {
      ...{ after, end, most: rangeItems },
    }).catch((error: unknown) => {
      throw storeFailed(store.name, error);
    });
    const knownBefore = new Map(before.map(({ id, state }) => [id, state]));
    yield await judge(comparing, range, after, knownBefore);
    after = range.end;
  } while (after !== undefined);
}

async function judge(
  { realms, organizationId, oldBefore, rangeItems = RANGE_ITEMS }: Comparing,
  { blocks, foreign, end }: SeenRange,
  after: string | undefined,
  knownBefore: ReadonlyMap<string, BlockState>,
): Promise<ComparedRange> {
  const orphans: Orphan[] = [];
  const missing: string[] = [];
  let [next, rows] = [0, 0];
  const unknown = (block: SeenBlock) => {
    const wasRow = (knownBefore.get(block.id) ?? 'condemned') !== 'condemned';
    if (!wasRow && block.modified <= oldBefore) orphans.push(block);
  };
  for await (const { id, state } of knownWithin(realms, organizationId, after, end, rangeItems)) {
    for (; (blocks[next]?.id ?? 'g') < id; next++) unknown(blocks[next] as SeenBlock);
    const block = blocks[next]?.id === id ? blocks[next++] : undefined;
    if (state !== 'condemned') rows += 1;
    else if (block === undefined) orphans.push({ id, versions: 0, uploads: 0 });
    else unknown(block);
    if (state === 'live' && !block?.isThere && knownBefore.get(id) === 'live') missing.push(id);
  }
  blocks.slice(next).forEach(unknown);
  const objects = blocks.filter(({ versions }) => versions > 0).length;
  const uploads = blocks.reduce((sum, block) => sum + block.uploads, 0);
  return { orphans, missing, objects, uploads, rows, foreign };
}

async function* knownWithin(
  realms: Pick<Realms, 'known'>,
  organizationId: string,
  after: string | undefined,
  end: string | undefined,
  most: number,
): AsyncGenerator<KnownBlock> {
  for (let place = after; ;) {
    const page = await realms.known(organizationId, place, most);
    for (const block of page) {
      if (end !== undefined && block.id > end) return;
      yield block;
    }
    place = page.at(-1)?.id;
    if (page.length < most) return;
  }
}
