import { randomUUID } from 'node:crypto';
import type { Pool } from '@lethe/postgres';
import { pausePurgeRpc } from '../pause-purge/pause-purge.rpc.js';
import {
  newDue,
  newPurge,
  newPurged,
  ofWorkspace,
  OPERATOR,
  UPDATED,
  type Answer,
  type Change,
} from './change.js';
import type { Method } from './raw-calls.js';
import { KINDS } from './stories.js';

/** What operators alone order: of what is due, of a purge under way, and of what was certified. */
export const ORDERS: Readonly<Record<string, Change>> = {
  'an order to purge': {
    ...{ method: 'startPurge', by: 'operator', organization: 'by-hand' },
    prepare: async (pool) => {
      const workspaceId = await newDue(pool);
      const kind = KINDS.deletion_planned;
      return {
        request: { organizationId: 'by-hand', workspaceId, kind, orderedBy: OPERATOR },
        writes: ({ grant }) => [
          ofWorkspace(workspaceId, UPDATED, { change: 'purge_ordered', deletionId: grant?.deletionId }),
        ],
      };
    },
  },
  'an order to purge and keep the blocks': {
    ...{ method: 'startPurge', by: 'operator', organization: 'by-hand' },
    prepare: async (pool) => {
      const workspaceId = await newDue(pool);
      const order = { organizationId: 'by-hand', kind: KINDS.deletion_planned, orderedBy: OPERATOR };
      return {
        request: { ...order, workspaceId, keepBlocks: true },
        writes: ({ grant }) => [
          ofWorkspace(workspaceId, UPDATED, {
            ...{ change: 'purge_ordered', deletionId: grant?.deletionId, keepBlocks: true },
          }),
        ],
      };
    },
  },
  'a replay': {
    ...{ method: 'replayDeletions', by: 'operator', organization: 'by-hand' },
    prepare: async (pool) => {
      const { workspaceId, replayOf, since } = await newPurged(pool);
      const replayId = randomUUID();
      return {
        request: { organizationId: 'by-hand', since, orderedBy: OPERATOR, replayId },
        writes: ({ deletions = [] }) =>
          deletions.map(({ deletionId }) =>
            ofWorkspace(workspaceId, UPDATED, {
              ...{ change: 'deletion_replayed', deletionId, replayOf, replayId },
            }),
          ),
      };
    },
  },
  'a pause': intervention('pausePurge', { reason: 'Why it is held' }, () => ({ change: 'purge_paused' })),
  'the end of a pause': intervention(
    'resumePurge',
    {},
    () => ({ change: 'purge_resumed' }),
    (pool, workspaceId) => pausePurgeRpc(pool)({ workspaceId, orderedBy: 'another', reason: 'r' }),
  ),
  'another try': {
    ...intervention('retryPurge', {}, ({ grant }) => ({ change: 'purge_retried', retries: grant?.retries })),
    repeatable: true,
  },
  'a release of kept blocks': intervention('releaseKeptBlocks', { manifestDigest: 'ab'.repeat(32) }, () => ({
    change: 'blocks_released',
    manifestDigest: 'ab'.repeat(32),
  })),
};

/** What an operator orders of a purge under way, which keeps its blocks. */
function intervention(
  method: Method,
  order: Readonly<Record<string, unknown>>,
  detail: (answer: Answer) => Record<string, unknown>,
  before: (pool: Pool, workspaceId: string) => Promise<unknown> = () => Promise.resolve(),
): Change {
  return {
    ...{ method, by: 'operator', organization: 'by-hand' },
    prepare: async (pool) => {
      const workspaceId = await newPurge(pool, true);
      await before(pool, workspaceId);
      return {
        request: { workspaceId, orderedBy: OPERATOR, ...order },
        writes: (answer) => [
          ofWorkspace(workspaceId, UPDATED, { deletionId: answer.grant?.deletionId, ...detail(answer) }),
        ],
      };
    },
  };
}
