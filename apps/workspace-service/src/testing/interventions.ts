import type { Grant } from '@lethe/contracts';
import type { Pool } from '@lethe/postgres';
import { pausePurgeRpc } from '../pause-purge/pause-purge.rpc.js';
import { releaseKeptBlocksRpc } from '../release-kept-blocks/release-kept-blocks.rpc.js';
import { resumePurgeRpc } from '../resume-purge/resume-purge.rpc.js';
import { retryPurgeRpc } from '../retry-purge/retry-purge.rpc.js';
import { reasonOf } from './stories.js';

/** For tests: what an operator orders of a purge under way; answers the grant, or the reason of the refusal. */
export interface Interventions {
  pause(workspaceId: string, reason?: string, orderedBy?: string): Promise<Grant | string>;
  resume(workspaceId: string): Promise<Grant | string>;
  retry(workspaceId: string): Promise<Grant | string>;
  release(workspaceId: string, manifestDigest?: string): Promise<Grant | string>;
}

export const OPERATOR = 'olga';

/** In a database that is there by then. */
export function interventionsIn(pool: () => Pool, resumed: () => void = () => undefined): Interventions {
  const grantOf = (answer: Promise<{ readonly grant?: Grant | undefined }>) =>
    reasonOf(answer.then(({ grant }) => grant)) as Promise<Grant | string>;
  const orderedBy = OPERATOR;
  return {
    pause: (workspaceId, reason = 'a mistake is feared', by = orderedBy) =>
      grantOf(pausePurgeRpc(pool())({ workspaceId, orderedBy: by, reason })),
    resume: (workspaceId) => grantOf(resumePurgeRpc(pool(), resumed)({ workspaceId, orderedBy })),
    retry: (workspaceId) => grantOf(retryPurgeRpc(pool())({ workspaceId, orderedBy })),
    release: (workspaceId, manifestDigest = '') =>
      grantOf(releaseKeptBlocksRpc(pool())({ workspaceId, orderedBy, manifestDigest })),
  };
}
