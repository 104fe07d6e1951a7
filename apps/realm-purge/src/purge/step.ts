import type { Logger, Metrics } from '@lethe/telemetry';
import type { Pool } from '@lethe/postgres';
import type { RunResult } from '@lethe/service';
import { failureOf } from './failure.js';
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
  /** Steps made at once; 8 when absent. */
  readonly stepConcurrency?: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

const BATCH = 100;
const CONCURRENCY = 8;
const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 30_000;

type Counted = StepResult['kind'] | 'failed';

/**
 * One step for each purge that has one to make, some at once, round robin over organizations and then purges: neither a giant nor an
 * organization's thousand purges keep a small one waiting for more than its turn. A stop waits for no more than the steps under way.
 */
export async function stepPurges(stepper: Stepper, signal: AbortSignal): Promise<RunResult> {
  const purges = await listSteppable(stepper.pool, BATCH);
  const counts = { found: purges.length, moved: 0, waiting: 0, busy: 0, attention: 0, failed: 0 };
  const left = purges.values();
  const lane = async () => {
    for (const purge of left) {
      if (signal.aborted) return;
      counts[await makeStep(stepper, purge)] += 1;
    }
  };
  const lanes = await Promise.allSettled(
    Array.from({ length: stepper.stepConcurrency ?? CONCURRENCY }, lane),
  );
  for (const ended of lanes) if (ended.status === 'rejected') throw ended.reason;
  return { counts, more: counts.moved > 0 };
}

/** Makes the step, and notes when the next one is due. Rejects only when that cannot be noted. */
async function makeStep({ pool, steps, logger, metrics }: Stepper, purge: PurgeRow): Promise<Counted> {
  const { realm_id: realmId, state } = purge;
  try {
    const result = await steps[state](purge);
    if (result.kind === 'attention') {
      if ((await needAttention(pool, purge, result.reason)) > 0) {
        metrics.alarms.inc({ alarm: 'purge_needs_attention' });
        logger.error({ realmId, state, reason: result.reason }, 'purge needs attention');
      }
    } else if (result.kind !== 'busy') {
      await scheduleStep(pool, purge, result.kind === 'waiting' ? result.ms : 0);
    }
    return result.kind;
  } catch (error) {
    const failures = purge.failures + 1;
    logger.warn({ realmId, state, failures, err: error }, 'step failed, will be made again');
    const backoffMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(purge.failures, 12));
    await scheduleStep(pool, purge, backoffMs * (0.5 + Math.random() / 2), failureOf(error));
    return 'failed';
  }
}
