import { fixed, median, table, whole } from '../purge/table.js';
import type { Result } from './compare.js';
import type { Taken } from './contestant.js';

/** Objects a second, the program's start taken off; the median of the rounds. */
export const rateOf = ({ taken, start, objects }: Result): number =>
  median(taken.map(({ seconds }) => objects / Math.max(0.001, seconds - start.seconds)));

/** Milliseconds of the client's processor for a thousand objects, the program's start taken off. */
export const cpuOf = ({ taken, start, objects }: Result): number =>
  median(taken.map(({ cpuSeconds }) => ((cpuSeconds - start.cpuSeconds) / objects) * 1e6));

/** How one stands to another: the median of what each round says, for a round's two have met the same machine. */
function ratio(of: (taken: Taken) => number, one: Result, other: Result): number {
  const own = (result: Result, n: number) => {
    const { seconds = NaN, cpuSeconds = NaN } = result.taken[n] ?? {};
    const { start } = result;
    return of({ seconds: seconds - start.seconds, cpuSeconds: cpuSeconds - start.cpuSeconds });
  };
  return median(one.taken.map((_, n) => own(one, n) / own(other, n)));
}

const rateRatio = (one: Result, other: Result) => ratio(({ seconds }) => 1 / seconds, one, other);
const cpuRatio = (one: Result, other: Result) => ratio(({ cpuSeconds }) => cpuSeconds, one, other);

/** The bare loop at the concurrency that served it best. */
export function bestBare(results: readonly Result[]): Result {
  const bare = results.filter(({ kind }) => kind === 'bare');
  return bare.reduce((best, one) => (rateOf(one) > rateOf(best) ? one : best));
}

export function compareTable(results: readonly Result[]): string {
  const best = bestBare(results);
  return table(
    ['who', 'objects/s', '÷ best bare loop', 'client, ms per 1000', '÷ best bare loop', 'start, s', 'leaves'],
    results.map((result) => [
      result.name,
      whole(rateOf(result)),
      fixed(rateRatio(result, best), 2),
      fixed(cpuOf(result)),
      fixed(cpuRatio(result, best), 2),
      result.start.seconds > 0 ? fixed(result.start.seconds, 2) : '',
      result.leaves ?? 'nothing',
    ]),
  );
}

/** What the sweep is held to, with what was measured. */
export function compareVerdicts(results: readonly Result[], versioned: boolean): string[][] {
  const where = versioned ? 'with versions' : 'without versions';
  const bare = bestBare(results);
  const find = (kind: Result['kind']) => results.find((result) => result.kind === kind);
  const [own, blind] = [find('own'), find('own, not reading')];
  const row = (what: string, one: Result | undefined, of: typeof rateRatio, target: string): string[] => [
    `${where}: ${what}`,
    fixed(one && of(one, bare), 2),
    target,
  ];
  const rivals = results.filter(({ kind, leaves }) => kind === 'other' && leaves === undefined);
  const ahead = own === undefined ? [] : rivals.map((rival) => rateRatio(own, rival));
  return [
    row('rate ÷ bare loop', own, rateRatio, versioned ? '' : '≥ 0.9'),
    row("client's processor time ÷ bare loop", own, cpuRatio, ''),
    ...(blind
      ? [
          row('rate ÷ bare loop, not reading', blind, rateRatio, ''),
          row("client's processor time ÷ bare loop, not reading", blind, cpuRatio, '≤ 1.5'),
        ]
      : []),
    ...(ahead.length > 0
      ? [[`${where}: rate ÷ the best other program that leaves nothing`, fixed(Math.min(...ahead), 2), '> 1']]
      : []),
  ];
}
