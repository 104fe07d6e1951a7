import { describeOutage, type Outage } from '@lethe/object-store';

interface Purge {
  readonly realmId: string;
  readonly epoch: number;
}

/** Which purges show an outage, as far as this process knows, so that those which do cost nothing while it lasts. */
export interface OutagesTold {
  /** Whether the purge is to show it now: it lasts long enough, and does not show there. */
  isDue(purge: Purge, outage: Outage, now: Date): boolean;
  add(purge: Purge, outage: Outage): void;
}

const REMEMBERED = 10_000;

/** An outage is worth telling when it lasts for `patientMs`. Beyond `most` purges the one that was told longest ago is forgotten. */
export function createOutagesTold(patientMs: number, most = REMEMBERED): OutagesTold {
  const told = new Map<string, string>();
  const keyOf = ({ realmId, epoch }: Purge) => `${realmId}/${epoch}`;
  return {
    isDue: (purge, outage, now) =>
      now.getTime() - outage.since.getTime() >= patientMs && told.get(keyOf(purge)) !== idOf(outage),
    add(purge, outage) {
      told.delete(keyOf(purge));
      told.set(keyOf(purge), idOf(outage));
      if (told.size > most) told.delete(told.keys().next().value as string);
    },
  };
}

/** Of one outage the code may change. */
const idOf = ({ store, since }: Outage) => describeOutage({ store, since });

const FIRST_MS = 1_000;
const MOST_MS = 10_000;
const SHARE = 0.1;

/**
 * After how long a page is looked at again whose store is away: a tenth of how long that has been so, a second at least and ten at
 * most. `random` is of [0, 1).
 */
export function awayMs(outage: Outage, now: Date, random: number): number {
  const age = now.getTime() - outage.since.getTime();
  // A whole number: with a part of a nanosecond the queue takes a delay for none.
  return Math.round(Math.min(MOST_MS, Math.max(FIRST_MS, SHARE * age)) * (0.5 + random / 2));
}
