import type { Grant } from '@lethe/contracts';
import { readOperator } from '../config.js';
import { connectAuthority, type Authority } from '../connection/purging.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';
import { printable } from '../terminal/printable.js';
import { printJson, type Session } from '../terminal/session.js';

export type Intervention =
  | { readonly kind: 'pause'; readonly reason: string }
  | { readonly kind: 'resume' }
  | { readonly kind: 'retry' };

export interface InterveneOptions {
  readonly workspaceId: string;
  /** Undefined: LETHE_OPERATOR. */
  readonly by: string | undefined;
  readonly json: boolean;
  readonly server: string | undefined;
}

/** Pauses a granted purge, resumes it, or has it take up again what failed; says how it then stands. */
export async function interveneInDeletion(
  session: Session,
  intervention: Intervention,
  { workspaceId, by, json, server }: InterveneOptions,
): Promise<void> {
  const orderedBy = readOperator(session.env, by);
  session.whenInterrupted = `The order may be given all the same. Look with: lethe deletion explain ${workspaceId}`;
  const authority = connectAuthority(session, server);
  try {
    const { grant } = await order(authority, intervention, { workspaceId, orderedBy });
    if (grant === undefined)
      throw new Failure(
        EXIT.unexpected,
        `the workspace service answered without the grant: look with lethe deletion explain ${workspaceId}`,
      );
    if (json) printJson(session.output, grantJson(grant));
    else session.output.write(`${sentence(intervention, grant)}\n`);
  } finally {
    authority.close();
  }
}

async function order(
  authority: Authority,
  intervention: Intervention,
  who: { readonly workspaceId: string; readonly orderedBy: string },
): Promise<{ readonly grant: Grant | undefined }> {
  switch (intervention.kind) {
    case 'pause':
      return authority.unary((client) => client.pausePurge, { ...who, reason: intervention.reason });
    case 'resume':
      return authority.unary((client) => client.resumePurge, who);
    case 'retry':
      return authority.unary((client) => client.retryPurge, who);
  }
}

function sentence({ kind }: Intervention, grant: Grant): string {
  const workspace = printable(grant.workspaceId);
  switch (kind) {
    case 'pause':
      return `Paused the deletion of workspace ${workspace}: within seconds nothing more of it is destroyed. Go on with: lethe deletion resume ${workspace}`;
    case 'resume':
      return `Resumed the deletion of workspace ${workspace}`;
    case 'retry': {
      const paused = grant.paused ? `; it is paused, go on with: lethe deletion resume ${workspace}` : '';
      return `Ordered retry ${grant.retries} of the deletion of workspace ${workspace}: what failed, is blocked or needs attention is taken up again${paused}`;
    }
  }
}

const grantJson = (grant: Grant): Record<string, unknown> => ({
  deletion_id: grant.deletionId,
  workspace_id: grant.workspaceId,
  organization_id: grant.organizationId,
  epoch: grant.epoch,
  paused: grant.paused,
  blocks_kept: grant.blocksKept,
  retries: grant.retries,
});
