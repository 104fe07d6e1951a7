import type { Logger, Metrics } from '@lethe/telemetry';
import type { Pool } from '@lethe/postgres';
import type { RunResult } from '@lethe/service';
import { listSteppable, needAttention, scheduleStep, type PurgeRow, type PurgeState } from './purge.sql.js';

/** What a step of a purge came to. */
export type StepResult =
  /** There may be more to do at once. */
  | { readonly kind: 'moved' }
  /** Nothing to do before this time, or before something rings. */
  | { readonly kind: 'waiting'; readonly ms: number }
  /** Another replica has it in hand, or it has moved on: looked at again when it is listed again. */
  | { readonly kind: 'busy' }
  /** Must not go on by itself: an alarm, and nothing of this purge moves until a person has looked. */
  | { readonly kind: 'attention'; readonly reason: string };

export const MOVED = { kind: 'moved' } as const satisfies StepResult;
export const BUSY = { kind: 'busy' } as const satisfies StepResult;
export const waiting = (ms: number) => ({ kind: 'waiting', ms }) as const satisfies StepResult;
export const attention = (reason: string) => ({ kind: 'attention', reason }) as const satisfies StepResult;

/** Bounded work, safe to repeat, that brings a purge in this state nearer to the next one. */
export type Step = (purge: PurgeRow) => Promise<StepResult>;
export type Steps = Readonly<Record<PurgeState, Step>>;

export interface Stepper {
  readonly pool: Pool;
  readonly steps: Steps;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

const BATCH = 100;
const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 30_000;

/** One step for each purge that has one to make, round robin: a giant never keeps a small one waiting for more than a step. */
export async function stepPurges(
  { pool, steps, logger, metrics }: Stepper,
  signal: AbortSignal,
): Promise<RunResult> {
  const purges = await listSteppable(pool, BATCH);
  const counts = { found: purges.length, moved: 0, waiting: 0, busy: 0, attention: 0, failed: 0 };
  for (const purge of purges) {
    if (signal.aborted) break;
    const { realm_id: realmId, state } = purge;
    try {
      const result = await steps[state](purge);
      counts[result.kind] += 1;
      if (result.kind === 'attention') {
        metrics.alarms.inc({ alarm: 'purge_needs_attention' });
        logger.error({ realmId, state, reason: result.reason }, 'purge needs attention');
        await needAttention(pool, realmId, result.reason);
      } else if (result.kind !== 'busy') {
        await scheduleStep(pool, purge, result.kind === 'waiting' ? result.ms : 0, false);
      }
    } catch (error) {
      counts.failed += 1;
      logger.warn(
        { realmId, state, failures: purge.failures + 1, err: error },
        'step failed, will be made again',
      );
      const backoffMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(purge.failures, 12));
      await scheduleStep(pool, purge, backoffMs * (0.5 + Math.random() / 2), true);
    }
  }
  return { counts, more: counts.moved > 0 };
}
