import { readFile } from 'node:fs/promises';

export interface Sample {
  /** Milliseconds of this process's clock. */
  readonly at: number;
  readonly mib: number;
}

/** The resident memory of a process over time. */
export interface MemoryWatch {
  readonly samples: readonly Sample[];
  /** The most that it ever held, as the kernel knows it: nothing falls between two looks. */
  peakMiB(): Promise<number>;
  stop(): void;
}

const EVERY_MS = 100;
const KIB = 1_024;

async function statusOf(pid: number): Promise<{ now: number; peak: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const mib = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / KIB;
  return { now: mib('VmRSS'), peak: mib('VmHWM') };
}

export function watchMemory(pid: number): MemoryWatch {
  const samples: Sample[] = [];
  const timer = setInterval(() => {
    statusOf(pid).then(
      ({ now }) => samples.push({ at: performance.now(), mib: now }),
      () => undefined, // it has ended
    );
  }, EVERY_MS);
  return {
    samples,
    peakMiB: async () => (await statusOf(pid)).peak,
    stop: () => clearInterval(timer),
  };
}

/** How many blocks were gone at a moment. */
export interface Progress {
  readonly at: number;
  readonly blocks: number;
}

/** A heap that is new grows to its working size first: what counts is what comes after that. */
const WARM_BLOCKS = 1_000_000;

/**
 * MiB for each million blocks, by least squares over the samples taken while blocks went; undefined where too few went to tell a
 * slope from the collector's saw teeth.
 */
export function slopePerMillion(
  samples: readonly Sample[],
  progress: readonly Progress[],
): number | undefined {
  const points: { x: number; y: number }[] = [];
  let next = 0;
  for (const { at, mib } of samples) {
    while (next < progress.length && (progress[next]?.at ?? 0) < at) next++;
    const [before, after] = [progress[next - 1], progress[next]];
    if (before === undefined || after === undefined || after.blocks === before.blocks) continue;
    const blocks =
      before.blocks + ((after.blocks - before.blocks) * (at - before.at)) / (after.at - before.at);
    if (blocks >= WARM_BLOCKS) points.push({ x: blocks / 1e6, y: mib });
  }
  const reach = (points.at(-1)?.x ?? 0) - (points[0]?.x ?? 0);
  return reach < 1 ? undefined : slopeOf(points);
}

export function slopeOf(points: readonly { readonly x: number; readonly y: number }[]): number {
  const mean = (of: 'x' | 'y') => points.reduce((sum, point) => sum + point[of], 0) / points.length;
  const [mx, my] = [mean('x'), mean('y')];
  const above = points.reduce((sum, { x, y }) => sum + (x - mx) * (y - my), 0);
  return above / points.reduce((sum, { x }) => sum + (x - mx) ** 2, 0);
}
