import type { Wave } from './beside-wave.js';
import { fixed, table } from './table.js';

/** Delays none by more than twice its time alone, in the stricter reading: all in all it takes no more than twice that time. */
const TARGET = '≤ 2';

/** Each wave's times, and what a small realm takes beside the large one as a share of its time alone. */
export function besideTables(alone: readonly Wave[], beside: readonly Wave[]): string {
  const times = table(
    ['small realms, seconds from order to report', 'first', 'median', 'p99', 'last', 'large realm meanwhile'],
    [...alone.slice(0, 1), ...beside, ...alone.slice(1)].map(({ name, seconds, from, to }) => {
      const [first, middle, most, last] = [0, 0.5, 0.99, 1].map((share) =>
        fixed(quantile(seconds, share), 2),
      );
      return [name, first, middle, most, last, `${from} → ${to}`] as string[];
    }),
  );
  const places = alone[0]?.seconds.map((_, i) => mean(alone.map(({ seconds }) => seconds[i] ?? NaN))) ?? [];
  const ranks = sorted(places);
  const row = ({ name, seconds }: Wave): string[] => {
    const ofPlaces = seconds.map((taken, i) => taken / (places[i] ?? NaN));
    const ofRanks = sorted(seconds).map((taken, i) => taken / (ranks[i] ?? NaN));
    const shares = (ratios: readonly number[]) =>
      [0.5, 0.99, 1].map((share) => fixed(quantile(ratios, share), 2));
    return [name, ...shares(ofPlaces), ...shares(ofRanks), TARGET];
  };
  const ratios = table(
    ['time beside ÷ time alone', 'median', 'p99', 'max', 'k-th done: median', 'p99', 'max', 'target'],
    [...beside.map(row), ...alone.map((wave) => [...row(wave).slice(0, -1), 'near 1'])],
  );
  return `\n${times}\n\n${ratios}`;
}

const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function quantile(values: readonly number[], share: number): number {
  return sorted(values)[Math.min(values.length - 1, Math.floor(share * values.length))] ?? NaN;
}
