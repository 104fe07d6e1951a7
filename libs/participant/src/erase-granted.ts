import { DeletionProgress, type Condition, type Grant } from '@lethe/contracts';
import type { RunResult } from '@lethe/service';
import type { Logger, Metrics } from '@lethe/telemetry';
import type { Authority } from './authority.js';
import { createTroubles } from './troubles.js';

/** What became of one bounded piece of a workspace's data. */
export type Erased =
  /** There is more; the other grants have their turn first. */
  | { readonly kind: 'more' }
  /** Nothing is left, looked at again after the last piece. `removed` counts what went by kind, as in `{ documents: 120 }`. */
  | { readonly kind: 'done'; readonly removed: Readonly<Record<string, number>> }
  /** Something does not go, perhaps until a known time; shown with the deletion, so no names in `reason`. It is tried again. */
  | { readonly kind: 'blocked'; readonly reason: string; readonly until?: Date };

/**
 * Erases a bounded piece of what the owner keeps of `grant.workspaceId`: some hundred rows, a second at most. The contract:
 * - it is safe to repeat, also at the same time by another replica and after a crash at any moment;
 * - no write to the workspace that commits after its first call leaves anything behind: it fences the writers first;
 * - once done, it answers the same counts for the same grant for ever, for the authority refuses other evidence. A crash may come
 *   between the last piece and the report, so the counts stand in a row that the transactions of the deletes update, and that stays;
 * - counts begin at 0 with a higher epoch (the deletion is replayed over a restored backup); with a lower one it is `blocked`.
 *
 * The signal aborts when the participant stops: go on to the end of the piece, or reject.
 */
export type Erase = (grant: Grant, signal: AbortSignal) => Promise<Erased>;

export interface ErasingOptions {
  readonly authority: Authority;
  readonly erase: Erase;
  /** After trouble a grant waits this long, then twice as long each time, a minute at most (or this, if it is longer). */
  readonly intervalMs: number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Spaces out attempts and decides nothing else. */
  readonly nowMs?: () => number;
}

/** What can become of a grant in one run. */
const NO_DEED = {
  continued: 0,
  reported: 0,
  blocked: 0,
  paused: 0,
  waiting: 0,
  withdrawn: 0,
  refused: 0,
  failed: 0,
};
type Deed = keyof typeof NO_DEED;

const NOTHING = '[]';
const MAX_REASON = 2_000;
/** A long erasure says so often that it goes on: silence would be taken for a standstill. */
const TELL_MS = 20_000;

/**
 * Step 10 for whoever keeps data of a workspace: makes it true that every open grant is erased here and reported. A run gives each
 * grant one piece, one after the other, so that a giant delays nobody; one that fails does not stand in the way of the others.
 */
export function createErasing(options: ErasingOptions): (signal: AbortSignal) => Promise<RunResult> {
  const { authority, erase, intervalMs, logger, metrics, nowMs = () => performance.now() } = options;
  const troubles = createTroubles(intervalMs, nowMs);
  const pieces = new Map<string, { readonly count: number; readonly toldMs: number }>();

  /** Says what holds the erasure up, when that is news. What an earlier process said is unknown, so no word of it counts as news. */
  async function say(grant: Grant, conditions: readonly Condition[]): Promise<void> {
    const saying = JSON.stringify(conditions);
    if (troubles.said(grant) === saying) return;
    const { workspaceId, epoch } = grant;
    await authority.reportProgress(workspaceId, epoch, DeletionProgress.create(), [...conditions]);
    troubles.say(grant, saying === NOTHING ? undefined : saying);
  }

  async function step(listed: Grant, signal: AbortSignal): Promise<Deed> {
    // Nothing irreversible without asking again: the list was read before the grants that come first in it were worked on.
    const grant = await authority.grant(listed.workspaceId, listed.epoch);
    if (grant?.organizationId !== listed.organizationId) return 'withdrawn';
    if (grant.paused) return 'paused';
    const erased = await erase(grant, signal);
    switch (erased.kind) {
      case 'more':
        await goOn(listed);
        return 'continued';
      case 'blocked':
        troubles.postpone(listed);
        await say(listed, [blocked(erased)]);
        return 'blocked';
      case 'done':
        await say(listed, []);
        return report(listed, erased.removed);
    }
  }

  /** Takes back what held it up, and from time to time says how much has been done. */
  async function goOn(grant: Grant): Promise<void> {
    const key = troubles.keyOf(grant);
    const { count, toldMs } = pieces.get(key) ?? { count: 0, toldMs: nowMs() };
    const isTime = nowMs() - toldMs >= TELL_MS;
    pieces.set(key, { count: count + 1, toldMs: isTime ? nowMs() : toldMs });
    if (isTime) await say(grant, [erasing(count + 1)]);
    else if (troubles.isTroubled(grant) && troubles.said(grant) !== undefined) await say(grant, []);
    troubles.over(grant);
  }

  async function report(grant: Grant, removed: Readonly<Record<string, number>>): Promise<Deed> {
    const { workspaceId, epoch } = grant;
    const evidence = { removed: { ...removed }, blocks: undefined };
    const reported = await authority.reportErasure(workspaceId, epoch, evidence);
    if (reported.kind === 'reported') {
      troubles.over(grant);
      return 'reported';
    }
    troubles.postpone(grant);
    metrics.alarms.inc({ alarm: 'report_refused' });
    logger.error({ workspaceId, epoch, reason: reported.reason }, 'the authority refused the report');
    return 'refused';
  }

  return async (signal) => {
    const counts = { found: 0, ...NO_DEED };
    const open = new Set<string>();
    for await (const grants of authority.openGrants())
      for (const grant of grants) {
        if (signal.aborted) return { counts };
        counts.found += 1;
        open.add(troubles.keyOf(grant));
        try {
          counts[grant.paused ? 'paused' : troubles.waits(grant) ? 'waiting' : await step(grant, signal)] +=
            1;
        } catch (error) {
          if (signal.aborted) return { counts };
          counts.failed += 1;
          troubles.postpone(grant);
          const { workspaceId, epoch } = grant;
          logger.warn({ err: error, workspaceId, epoch }, 'not erased, will be tried again');
        }
      }
    troubles.keepOnly(open);
    for (const key of pieces.keys()) if (!open.has(key)) pieces.delete(key);
    return { counts, more: counts.continued > 0 };
  };
}

const blocked = ({ reason, until }: Extract<Erased, { kind: 'blocked' }>): Condition => ({
  type: 'Blocked',
  source: '', // the authority knows who speaks
  message: reason.slice(0, MAX_REASON),
  since: undefined,
  until,
});

const erasing = (pieces: number): Condition => ({
  ...{ type: 'Erasing', source: '', message: `${pieces} pieces so far`, since: undefined, until: undefined },
});
