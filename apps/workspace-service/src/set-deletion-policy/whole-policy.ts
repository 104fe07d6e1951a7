import type { DeletionPolicy } from '@lethe/contracts';
import { purgeModeOf } from '../policy/policy.js';
import type { PolicyRow } from '../policy/policy.sql.js';
import { refusals } from '../refusals.js';

/** A century: for ever, and no date overflows. The table's CHECK says the same. */
const MAX_SECONDS = 3_155_760_000;

export type WholePolicy = Omit<PolicyRow, 'organization_id'>;

/**
 * A policy of which every field was set on purpose. What is missing is named, never filled in; 0 seconds to undo a deletion, or of
 * being an orphan, is refused, since that is what an unset number looks like. Blocks that go with the metadata are 0 seconds late.
 *
 * @throws INVALID_ARGUMENT naming the field.
 */
export function wholePolicyOf(request: { readonly policy?: DeletionPolicy | undefined }): WholePolicy {
  const { policy } = request;
  if (policy === undefined) throw refusals.invalidArgument('policy must be set, with every field');
  const { graceSeconds, orphanDelaySeconds, sweepDelaySeconds, sequestered } = policy;
  const mode = purgeModeOf(policy.purgeMode);
  if (
    graceSeconds === undefined ||
    orphanDelaySeconds === undefined ||
    sweepDelaySeconds === undefined ||
    sequestered === undefined ||
    mode === undefined
  ) {
    const missing = Object.entries({
      grace_seconds: graceSeconds,
      orphan_delay_seconds: orphanDelaySeconds,
      sweep_delay_seconds: sweepDelaySeconds,
      sequestered,
      purge_mode: mode,
    }).flatMap(([field, value]) => (value === undefined ? [field] : []));
    throw refusals.invalidArgument(
      `every field of policy must be set, none has a default; missing: ${missing.join(', ')}`,
    );
  }
  return {
    grace_seconds: secondsOf(graceSeconds, 'grace_seconds', 1),
    orphan_delay_seconds: secondsOf(orphanDelaySeconds, 'orphan_delay_seconds', 1),
    sweep_delay_seconds: secondsOf(sweepDelaySeconds, 'sweep_delay_seconds', 0),
    sequestered,
    purge_mode: mode,
  };
}

function secondsOf(seconds: number, field: string, least: number): number {
  if (!Number.isSafeInteger(seconds) || seconds < least || seconds > MAX_SECONDS)
    throw refusals.invalidArgument(`${field} must be from ${least} to ${MAX_SECONDS} (a century)`);
  return seconds;
}
