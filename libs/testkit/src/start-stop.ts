import { eventually } from './eventually.js';

interface Startable {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const ROUNDS = 20;
const LEAVE_MS = 10_000;
const HELD = ['TCPSocketWrap', 'TCPServerWrap', 'Timeout'];

/**
 * The contract of start and stop, for any component: stop before start, stop twice, start twice, start after stop, stop while
 * start is under way; none of it rejects, and nothing (no socket, server or timer) is left behind.
 */
export async function stressStartStop(create: () => Startable): Promise<void> {
  const before = held();
  await each(create, [['stop'], ['start'], ['stop']]);
  await each(create, [['start'], ['start'], ['stop'], ['stop']]);
  await each(create, [['start'], ['stop'], ['start'], ['stop']]);
  for (let round = 0; round < ROUNDS; round++) {
    const step = () =>
      (Math.random() < 0.5 ? ['start', 'stop', 'stop'] : ['start', 'start', 'stop']) as Call[];
    await each(create, [step(), step()]);
  }
  const nothingLeft = () => {
    const after = held();
    if (HELD.some((kind) => (after[kind] ?? 0) > (before[kind] ?? 0)))
      throw new Error(`${JSON.stringify(after)}, at first ${JSON.stringify(before)}`);
    return Promise.resolve(true);
  };
  await eventually('nothing of it is left', nothingLeft, LEAVE_MS);
}

type Call = 'start' | 'stop';

/** Calls what stands in one step at once, and a step after the other; at last stops. */
async function each(create: () => Startable, steps: readonly (readonly Call[])[]): Promise<void> {
  const component = create();
  for (const calls of [...steps, ['stop'] as const]) {
    const results = await Promise.allSettled(calls.map((call) => component[call]()));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed)
      throw new Error(`${component.name} rejects in ${JSON.stringify(steps)}`, { cause: failed.reason });
  }
}

function held(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo())
    if (HELD.includes(kind)) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
