import { PurgeMode, type DeletionPolicy } from '@lethe/contracts';
import { unreachable } from '@lethe/outcome';
import { z } from 'zod';

/** `automatic`: what is due is purged by itself. `manual`: only by an operator's order. */
export const purgeMode = z.enum(['automatic', 'manual']);

/** When deleted workspaces of an organization may be purged. Frozen into each deletion when that is scheduled. */
export const deletionPolicy = z
  .object({
    graceSeconds: z.int().describe('How long a deletion can be undone: 1 s to a century'),
    orphanDelaySeconds: z.int().describe('How long a workspace must have been an orphan: 1 s to a century'),
    sweepDelaySeconds: z
      .int()
      .describe('How long blocks stay after the metadata, for its backups to find them: 0 s to a century'),
    sequestered: z
      .boolean()
      .describe('Somebody outside can still decrypt: orphaned workspaces are never purged'),
    purgeMode,
  })
  .meta({ id: 'DeletionPolicy' });

export function toDeletionPolicy(policy: DeletionPolicy | undefined): z.output<typeof deletionPolicy> {
  const { graceSeconds, orphanDelaySeconds, sweepDelaySeconds, sequestered } = policy ?? {};
  const mode = toPurgeMode(policy?.purgeMode ?? PurgeMode.UNSPECIFIED);
  if (
    graceSeconds === undefined ||
    orphanDelaySeconds === undefined ||
    sweepDelaySeconds === undefined ||
    sequestered === undefined ||
    mode === undefined
  )
    throw new TypeError('workspace-service answered without a whole policy');
  return { graceSeconds, orphanDelaySeconds, sweepDelaySeconds, sequestered, purgeMode: mode };
}

/** Undefined: there is no policy, so nothing is ever purged. */
export function toPurgeMode(mode: PurgeMode): z.output<typeof purgeMode> | undefined {
  switch (mode) {
    case PurgeMode.AUTOMATIC:
      return 'automatic';
    case PurgeMode.MANUAL:
      return 'manual';
    case PurgeMode.UNSPECIFIED:
      return undefined;
    case PurgeMode.UNRECOGNIZED:
      throw new TypeError('workspace-service answered a purge mode that the contract does not know');
    default:
      return unreachable(mode);
  }
}
