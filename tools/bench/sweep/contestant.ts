import { readFile } from 'node:fs/promises';

/** A way to delete everything under a prefix of a bucket. */
export interface Contestant {
  readonly name: string;
  /** What it leaves behind by design; nothing when absent. */
  readonly leaves?: 'delete markers and versions';
  /** Before the clock runs. */
  prepare?(keys: readonly string[]): void;
  /** Deletes the keys, which are ascending and all that there is under the prefix. */
  remove(prefix: string, keys: readonly string[]): Promise<void>;
}

/** What a deletion took, of wall time and of the client's processor time. */
export interface Taken {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

const TICKS = 100;

/** Processor seconds of this process's children that have ended. Only one may end meanwhile. */
async function endedChildrenSeconds(): Promise<number> {
  const stat = await readFile('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) / TICKS;
}

/** The client is this process or a child of it that ends. */
export async function measured(work: () => Promise<void>): Promise<Taken> {
  const [children, own, began] = [await endedChildrenSeconds(), process.cpuUsage(), performance.now()];
  await work();
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(own);
  return { seconds, cpuSeconds: (user + system) / 1e6 + (await endedChildrenSeconds()) - children };
}

/** Takes turns with a number of lanes at once; a lane that fails ends them all. */
export async function inLanes<T>(
  items: Iterable<T>,
  lanes: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const left = items[Symbol.iterator]();
  let failed = false;
  const lane = async () => {
    for (let next = left.next(); !next.done && !failed; next = left.next()) {
      await work(next.value).catch((error: unknown) => {
        failed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

export function* pagesOf(keys: readonly string[], size = 1_000): Generator<string[]> {
  for (let at = 0; at < keys.length; at += size) yield keys.slice(at, at + size);
}
