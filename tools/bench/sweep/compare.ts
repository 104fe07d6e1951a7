import { bareLoop } from './bare-loop.js';
import { createBucket, type Bucket } from './bucket.js';
import { measured, type Contestant, type Taken } from './contestant.js';
import type { DebianTools } from './debian-tools.js';
import { others } from './others.js';
import { ownSweep } from './own-sweep.js';
import { fixed, median } from '../purge/table.js';

export interface Result {
  readonly name: string;
  readonly kind: 'bare' | 'own' | 'own, not reading' | 'other';
  readonly leaves: string | undefined;
  readonly objects: number;
  /** One for each round. */
  readonly taken: readonly Taken[];
  /** What the program takes where there is nothing to delete; none for what runs in this process. */
  readonly start: Taken;
}

export interface CompareOptions {
  readonly objects: number;
  readonly rounds: number;
  /** Pages that the sweeper has in hand at once. */
  readonly concurrency: number;
}

interface Entry {
  readonly contestant: Contestant & { close?(): void };
  readonly kind: Result['kind'];
}

const BARE = [1, 2, 4, 8, 16];
const WARM_UP_OBJECTS = 2_000;
/** In each round so many others go first. */
const SHIFT = 3;
const NONE: Taken = { seconds: 0, cpuSeconds: 0 };

/**
 * Everybody deletes as many objects from the same store, one after the other, round after round, each time beginning with another:
 * whatever else the machine does meanwhile, and however the store ages, meets all of them alike.
 *
 * @throws Error when something is left that was to be gone: a fast deletion that is wrong is not measured.
 */
export async function compare(
  env: Readonly<Record<string, string>>,
  versioned: boolean,
  { objects, rounds, concurrency }: CompareOptions,
  tools: DebianTools | undefined,
  say: (line: string) => void,
): Promise<Result[]> {
  const bucket = await createBucket(env, versioned);
  const foreign = tools && (await others(bucket, tools));
  const entries: Entry[] = [
    ...BARE.map((n) => ({ contestant: bareLoop(bucket, n), kind: 'bare' as const })),
    { contestant: ownSweep(bucket, { concurrency, reads: true }), kind: 'own' },
    ...(versioned // there the listing is what finds the versions
      ? []
      : [
          {
            contestant: ownSweep(bucket, { concurrency, reads: false }),
            kind: 'own, not reading' as const,
          },
        ]),
    ...(foreign?.contestants ?? []).map((contestant) => ({ contestant, kind: 'other' as const })),
  ];
  const taken = new Map<Entry, Taken[]>(entries.map((entry) => [entry, []]));
  const starts = new Map<Entry, Taken[]>(entries.map((entry) => [entry, []]));
  try {
    for (const { contestant, kind } of entries)
      await runOnce(bucket, contestant, kind === 'other' ? 100 : Math.min(objects, WARM_UP_OBJECTS)); // compiled code, kept sockets
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < entries.length; turn++) {
        const entry = entries[(turn + round * SHIFT) % entries.length] as Entry;
        if (entry.kind === 'other')
          starts.get(entry)?.push(await measured(() => entry.contestant.remove(`none-${round}/`, [])));
        const one = await runOnce(bucket, entry.contestant, objects);
        taken.get(entry)?.push(one);
        say(
          `round ${round + 1}, ${entry.contestant.name}: ${fixed(objects / one.seconds, 0)} objects/s, ${fixed(one.cpuSeconds, 2)} s of processor`,
        );
      }
    }
  } finally {
    for (const { contestant } of entries) contestant.close?.();
    await foreign?.close();
    bucket.close();
  }
  return entries.map((entry) => ({
    name: entry.contestant.name,
    kind: entry.kind,
    leaves: entry.contestant.leaves,
    objects,
    taken: taken.get(entry) ?? [],
    start: entry.kind === 'other' ? medianOf(starts.get(entry) ?? []) : NONE,
  }));
}

async function runOnce(bucket: Bucket, contestant: Contestant, objects: number): Promise<Taken> {
  const { prefix, keys } = await bucket.fill(objects);
  contestant.prepare?.(keys);
  const taken = await measured(() => contestant.remove(prefix, keys));
  const left = await bucket.left(prefix);
  if (left > 0 && contestant.leaves === undefined)
    throw new Error(`${contestant.name} left ${left} versions or delete markers of ${objects} objects`);
  return taken;
}

const medianOf = (all: readonly Taken[]): Taken => ({
  seconds: median(all.map(({ seconds }) => seconds)),
  cpuSeconds: median(all.map(({ cpuSeconds }) => cpuSeconds)),
});
