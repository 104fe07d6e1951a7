import { readFile, readdir } from 'node:fs/promises';

/** Processor seconds by name, since each process began. */
export type CpuSeconds = Readonly<Record<string, number>>;

/** Linux counts in hundredths of a second for every program, whatever the kernel was built with. */
const TICKS = 100;

interface ProcessTimes {
  readonly parent: number;
  readonly own: number;
  /** Of its children that have ended. */
  readonly ended: number;
}

async function timesOf(pid: number | string): Promise<ProcessTimes | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The program's name stands in parentheses and may hold anything.
  const fields = stat
    ?.slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  if (fields === undefined) return undefined;
  const [parent = 0, user = 0, system = 0, endedUser = 0, endedSystem = 0] = [1, 11, 12, 13, 14].map(
    (at) => fields[at],
  );
  return { parent, own: (user + system) / TICKS, ended: (endedUser + endedSystem) / TICKS };
}

/**
 * What each of these processes has used of the processors, its children included. Unlike a duration it hardly depends on who else
 * uses the machine.
 */
export async function cpuSeconds(pids: Readonly<Record<string, number>>): Promise<CpuSeconds> {
  const names = new Map(Object.entries(pids).map(([name, pid]) => [pid, name]));
  const sums: Record<string, number> = Object.fromEntries(Object.keys(pids).map((name) => [name, 0]));
  const add = (name: string | undefined, seconds: number) => {
    if (name !== undefined) sums[name] = (sums[name] ?? 0) + seconds;
  };
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const times = await timesOf(entry);
    if (times === undefined) continue;
    const name = names.get(Number(entry));
    if (name !== undefined) add(name, times.own + times.ended);
    else add(names.get(times.parent), times.own);
  }
  return sums;
}

export const between = (before: CpuSeconds, after: CpuSeconds): CpuSeconds =>
  Object.fromEntries(Object.entries(after).map(([name, seconds]) => [name, seconds - (before[name] ?? 0)]));

export const sum = (seconds: CpuSeconds): number => Object.values(seconds).reduce((all, one) => all + one, 0);
