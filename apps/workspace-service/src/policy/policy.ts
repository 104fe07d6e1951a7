import { PurgeMode, type DeletionPolicy } from '@lethe/contracts';
import type { PolicyRow } from './policy.sql.js';

export type PurgeModeName = PolicyRow['purge_mode'];

const MODES = { automatic: PurgeMode.AUTOMATIC, manual: PurgeMode.MANUAL } as const;

/** Unspecified: there is no policy, and nothing is ever purged. */
export const wirePurgeMode = (mode: PurgeModeName | null): PurgeMode =>
  mode === null ? PurgeMode.UNSPECIFIED : MODES[mode];

export function purgeModeOf(mode: PurgeMode): PurgeModeName | undefined {
  if (mode === PurgeMode.AUTOMATIC) return 'automatic';
  if (mode === PurgeMode.MANUAL) return 'manual';
  return undefined;
}

export function wirePolicy(row: PolicyRow): DeletionPolicy {
  return {
    graceSeconds: row.grace_seconds,
    orphanDelaySeconds: row.orphan_delay_seconds,
    sweepDelaySeconds: row.sweep_delay_seconds,
    sequestered: row.sequestered,
    purgeMode: MODES[row.purge_mode],
  };
}
