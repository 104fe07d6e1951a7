import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { environment } from '../config.js';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

export interface LetheProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; output: string; errors: string }>;
}

/** A machine that is busy with other tests takes its time to start a process from the sources. */
export const PROCESS_TEST_MS = 60_000;

/** The process as an operator starts it, from the sources; behind a shell's limits where some are given. */
export function startLethe(
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  limits = '',
): LetheProcess {
  const node = ['--import', 'tsx', '--conditions', '@lethe/source', main, ...argv];
  const command: [string, string[]] =
    limits === ''
      ? [process.execPath, node]
      : ['sh', ['-c', `${limits}; exec "$0" "$@"`, process.execPath, ...node]];
  const child = spawn(...command, { env: { ...environment, ...env }, stdio: 'pipe' });
  const closed = once(child, 'close') as Promise<[number | null]>;
  const ended = Promise.all([closed, text(child.stdout), text(child.stderr)]).then(
    ([[code], output, errors]) => ({
      ...{ code, output, errors },
    }),
  );
  return { child, ended };
}
