import { startStack, type Stack } from './stack.js';

/** Each project of vitest loads this module anew; the stack is one for all of them in this process. */
const shared = globalThis as { letheStack?: { users: number; starting: Promise<Stack> } };

/**
 * Vitest's global set-up of the projects whose tests meet real servers: one throw-away stack for the whole run. The
 * workers inherit its variables. Runs of pure tests alone start nothing.
 */
export default async function setUp(): Promise<() => Promise<void>> {
  const stack = (shared.letheStack ??= {
    users: 0,
    starting: startStack({ data: 'throwaway', say: (line) => console.error(line) }),
  });
  stack.users++;
  Object.assign(process.env, (await stack.starting).env);
  return async () => {
    if (--stack.users > 0) return;
    delete shared.letheStack;
    await (await stack.starting).stop();
  };
}
