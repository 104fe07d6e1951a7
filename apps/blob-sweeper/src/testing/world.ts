import { createHash, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  BlocksSwept,
  encodeEvent,
  packBlockIds,
  type BlocksReleased,
  type EncodedEvent,
} from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { listDeadLetters, listReceipts } from './world.sql.js';

export const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

export const tokenOf = (caller: string): string => `token-of-${caller}`;
export const CALLERS = ['operator', 'gateway', 'workspace-service']
  .map((caller) => `${caller}=${createHash('sha256').update(tokenOf(caller)).digest('hex')}`)
  .join(',');

export interface PageOf {
  readonly organizationId: string;
  readonly realmId: string;
  readonly ids: readonly string[];
  readonly page?: number;
  readonly epoch?: number;
  readonly cut?: number;
  /** Rows of the page that a live realm shares. */
  readonly retained?: readonly string[];
}

/** What realm-purge says of a page: the digest is over all rows. */
export function releasedBody({
  ids,
  retained = [],
  page = 0,
  cut = 1,
}: PageOf): Omit<BlocksReleased, 'context'> {
  const rows = [...ids, ...retained].sort();
  const rowDigest = createHash('sha256').update(packBlockIds(rows)).digest();
  return { page, blockIds: packBlockIds([...ids].sort()), rowDigest, rows: rows.length, cut };
}

export function releasedEvent(of: PageOf, over: Partial<BlocksReleased> = {}): EncodedEvent {
  const { organizationId, realmId: workspaceId, epoch = 3 } = of;
  const context = { eventId: randomUUID(), organizationId, workspaceId, epoch, time: new Date() };
  return encodeEvent('realm.blocks_released', 'test', { ...releasedBody(of), ...over, context });
}

/** What waits in the outbox, in order. */
export async function receipts(pool: Pool): Promise<BlocksSwept[]> {
  return (await listReceipts(pool)).map(({ payload }) => BlocksSwept.decode(payload));
}

export async function deadLetters(pool: Pool): Promise<string[]> {
  return (await listDeadLetters(pool)).map(({ reason }) => reason);
}
