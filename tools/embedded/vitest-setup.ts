import { serveOnDemand, type OnDemand } from './on-demand.js';
import { startStack, type Stack } from './stack.js';

interface Servers {
  stack: Stack;
  swift: OnDemand;
}

/** Each project of vitest loads this module anew; the stack is one for all of them in this process. */
const shared = globalThis as { letheStack?: { users: number; starting: Promise<Servers> } };

const options = { data: 'throwaway', say: (line: string) => console.error(line) } as const;

/** Swift comes up when the first test asks for it (`swiftServer` of the testkit): few do, and it takes seconds. */
async function start(): Promise<Servers> {
  const stack = await startStack(options);
  const swift = await serveOnDemand(() => startStack({ ...options, only: ['swift'] }));
  return { stack, swift };
}

/**
 * Vitest's global set-up of the projects whose tests meet real servers: one throw-away stack for the whole run. The
 * workers inherit its variables. Runs of pure tests alone start nothing.
 */
export default async function setUp(): Promise<() => Promise<void>> {
  const servers = (shared.letheStack ??= { users: 0, starting: start() });
  servers.users++;
  const { stack, swift } = await servers.starting;
  Object.assign(process.env, stack.env, { SWIFT_ON_DEMAND: swift.url });
  return async () => {
    if (--servers.users > 0) return;
    delete shared.letheStack;
    await swift.close();
    await stack.stop();
  };
}
