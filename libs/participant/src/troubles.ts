import type { Grant } from '@lethe/contracts';

/** What this process remembers of grants that do not go as they should; of the others it remembers nothing. */
export interface Troubles {
  keyOf(grant: Grant): string;
  /** Whether it is too early for another attempt. An operator's word to try again ends the waiting. */
  waits(grant: Grant): boolean;
  /** One more attempt was in vain: the next one comes later than the one before. */
  postpone(grant: Grant): void;
  /** The last attempt was in vain. */
  isTroubled(grant: Grant): boolean;
  over(grant: Grant): void;
  /** What the deletion shows because of this process; undefined when it said nothing, or has taken it back. */
  said(grant: Grant): string | undefined;
  say(grant: Grant, saying: string | undefined): void;
  /** Forgets whoever is not among these. */
  keepOnly(keys: ReadonlySet<string>): void;
}

interface Trouble {
  readonly failures: number;
  readonly untilMs: number;
  readonly retries: number;
  readonly said: string | undefined;
}

const LONGEST_MS = 60_000;
const keyOf = ({ workspaceId, epoch }: Grant) => `${workspaceId}/${epoch}`;

export function createTroubles(intervalMs: number, nowMs: () => number): Troubles {
  const troubles = new Map<string, Trouble>();
  const of = (grant: Grant): Trouble =>
    troubles.get(keyOf(grant)) ?? { failures: 0, untilMs: 0, retries: grant.retries, said: undefined };

  return {
    keyOf,
    waits(grant) {
      const { failures, untilMs, retries } = of(grant);
      return failures > 0 && retries === grant.retries && nowMs() < untilMs;
    },
    postpone(grant) {
      const { failures, said } = of(grant);
      const pauseMs = Math.min(Math.max(LONGEST_MS, intervalMs), intervalMs * 2 ** Math.min(failures, 30));
      troubles.set(keyOf(grant), {
        failures: failures + 1,
        untilMs: nowMs() + pauseMs,
        retries: grant.retries,
        said,
      });
    },
    isTroubled: (grant) => of(grant).failures > 0,
    over(grant) {
      const { said } = of(grant);
      if (said === undefined) troubles.delete(keyOf(grant));
      else troubles.set(keyOf(grant), { failures: 0, untilMs: 0, retries: grant.retries, said });
    },
    said: (grant) => of(grant).said,
    say(grant, said) {
      troubles.set(keyOf(grant), { ...of(grant), said });
    },
    keepOnly(keys) {
      for (const key of troubles.keys()) if (!keys.has(key)) troubles.delete(key);
    },
  };
}
