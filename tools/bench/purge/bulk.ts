import { sum } from './cpu.js';
import { PHASES, purgeRealm, type PurgedRealm } from './purge-realm.js';
import { addRealm, settleDown } from './realms.sql.js';
import type { Services } from './services.js';
import { fixed, median, table, whole } from './table.js';

export interface Bulk {
  /** Realms of the size that a large one's cost is compared with, each purged alone. */
  readonly small: readonly PurgedRealm[];
  readonly large: PurgedRealm;
}

const SMALL = 100_000;
const WARM_UP = 20_000;
const sizeOf = (blocks: number) => ({ blocks, vlobs: Math.ceil(blocks / 10), keys: 20 });

/** Purges realms of a hundred thousand blocks, then the large one, in the same database and the same processes. */
export async function measureBulk(
  services: Services,
  { blocks, rounds }: { readonly blocks: number; readonly rounds: number },
  hooks: { readonly say: (line: string) => void; readonly beforeLarge: () => Promise<void> },
): Promise<Bulk> {
  const purge = async (size: number): Promise<PurgedRealm> => {
    const began = performance.now();
    const realmId = await addRealm(services.realms, sizeOf(size));
    await settleDown(services.realms);
    const filled = (performance.now() - began) / 1_000;
    if (size === blocks) await hooks.beforeLarge();
    const purged = await purgeRealm(services, realmId);
    hooks.say(
      `${whole(size)} blocks: filled in ${fixed(filled)} s, gone in ${fixed(purged.seconds)} s, ${whole(size / purged.seconds)} blocks/s`,
    );
    return purged;
  };
  await purge(WARM_UP); // compiled code, pools, statistics: a service that runs has them
  const small: PurgedRealm[] = [];
  for (let n = 0; n < rounds; n++) small.push(await purge(SMALL));
  return { small, large: await purge(blocks) };
}

const NAMES: Record<(typeof PHASES)[number], string> = {
  fence: 'order → fence',
  shred: 'shred keys and metadata',
  count: 'count blocks',
  release: 'release → ledger → receipt → rows gone',
  close: 'close: re-scan, tombstone',
  report: "realm-purge's report",
};

/** Seconds of each phase and what a block costs in it, large beside small. */
export function bulkTable({ small, large }: Bulk): string {
  const row = (name: string, secondsOf: (purged: PurgedRealm) => number | null): string[] => {
    const cost = (purged: PurgedRealm) => ((secondsOf(purged) ?? NaN) / purged.blocks) * 1e6;
    const [few, many] = [median(small.map(cost)), cost(large)];
    return [name, fixed(secondsOf(large), 2), fixed(few, 2), fixed(many, 2), fixed(many / few, 2)];
  };
  const blocks = whole(large.blocks);
  return table(
    ['phase', `seconds at ${blocks}`, `µs/block at ${whole(SMALL)}`, `µs/block at ${blocks}`, 'ratio'],
    [
      ...PHASES.map((phase) => row(NAMES[phase], ({ times }) => times[phase])),
      row("everything, to realm-purge's report", ({ seconds }) => seconds),
    ],
  );
}

/** Processor microseconds of a block, by who used them. */
export function cpuTable({ small, large }: Bulk): string {
  const cost = (secondsOf: (purged: PurgedRealm) => number) => {
    const micros = (purged: PurgedRealm) => (secondsOf(purged) / purged.blocks) * 1e6;
    const [few, many] = [median(small.map(micros)), micros(large)];
    return [fixed(few, 2), fixed(many, 2), fixed(many / few, 2)];
  };
  const names = Object.keys(large.cpu);
  return table(
    ['processor time', `µs/block at ${whole(SMALL)}`, `µs/block at ${whole(large.blocks)}`, 'ratio'],
    [
      ...names.map((name) => [name, ...cost(({ cpu }) => cpu[name] ?? NaN)]),
      ['all', ...cost(({ cpu }) => sum(cpu))],
    ],
  );
}

export const cpuCost = ({ cpu, blocks }: PurgedRealm): number => sum(cpu) / blocks;

/** Blocks a second of the bulk path alone. */
export const bulkRate = ({ times, blocks }: PurgedRealm): number => blocks / (times.release ?? NaN);
export const wholeRate = ({ seconds, blocks }: PurgedRealm): number => blocks / seconds;

/** What a block costs in each tenth of the large realm, relative to all of it: a cost that grows with what went before shows here. */
export function drift({ large }: Bulk): string {
  const tenths: string[] = [];
  const all = large.progress.filter(({ blocks }) => blocks > 0 && blocks < large.blocks);
  const [first, last] = [all[0], all.at(-1)];
  if (first === undefined || last === undefined || all.length < 20) return 'too short to tell';
  const mean = (last.at - first.at) / (last.blocks - first.blocks);
  for (let n = 0; n < 10; n++) {
    const [from, to] = [
      all[Math.floor((n / 10) * (all.length - 1))],
      all[Math.floor(((n + 1) / 10) * (all.length - 1))],
    ];
    if (from && to) tenths.push(fixed((to.at - from.at) / (to.blocks - from.blocks) / mean, 2));
  }
  return tenths.join(' ');
}
