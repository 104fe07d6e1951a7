import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { purging, WORKSPACE } from './testing/deletions.js';
import { lethe } from './testing/run-lethe.js';
import { startScriptedService, type ScriptedService } from './testing/scripted-service.js';

let service: ScriptedService | undefined;
afterEach(() => service?.stop());

const main = fileURLToPath(new URL('main.ts', import.meta.url));

/** The process as an operator starts it, from the sources. */
function start(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const node = ['--import', 'tsx', '--conditions', '@lethe/source', main];
  return spawn(process.execPath, [...node, ...argv], { env: { ...process.env, ...env }, stdio: 'pipe' });
}
const exitOf = (child: ReturnType<typeof start>) =>
  new Promise<number | null>((resolve) => child.once('close', resolve));

describe('lethe', () => {
  it.each([[['--help']], [['deletion', 'watch', '--help']], [['help', 'certificate']]])(
    'tells its exit codes and environment in %j',
    async (argv) => {
      const outcome = await lethe(argv);
      expect(outcome).toMatchObject({ code: 0, errors: '' });
      expect(outcome.output).toMatch(/Exit codes:[^]*69 +the workspace service[^]*GRPC_TOKEN_FILE/);
    },
  );

  it('tells its version', async () => {
    expect(await lethe(['--version'])).toEqual({ code: 0, output: '0.1.0\n', errors: '' });
  });

  it.each([[[]], [['deletion']], [['purge']], [['deletion', 'stop']], [['--force']], [['deletion', 'show']]])(
    'refuses %j with 2, on the errors',
    async (argv) => {
      const outcome = await lethe(argv);
      expect(outcome).toMatchObject({ code: 2, output: '' });
      expect(outcome.errors).not.toBe('');
    },
  );

  it('ends with 130 on Ctrl-C while it waits for standard input', async () => {
    const signal = AbortSignal.timeout(10);
    const outcome = await lethe(['certificate', 'verify', '-', '--keys', 'keys.json'], { signal });
    expect(outcome).toEqual({ code: 130, output: '', errors: 'lethe: interrupted.\n' });
  });
});

describe('the process', () => {
  it('exits with what it means, its output complete', async () => {
    const child = start(['deletion', 'show', WORKSPACE], {
      GRPC_TOKEN: 'token',
      WORKSPACE_SERVICE_ADDRESS: '',
    });
    const [code, output, errors] = await Promise.all([exitOf(child), text(child.stdout), text(child.stderr)]);
    expect({ code, output }).toEqual({ code: 2, output: '' });
    expect(errors).toBe('lethe: WORKSPACE_SERVICE_ADDRESS is missing: set it to host:port\n');
  });

  it('exits with 130 on SIGINT', async () => {
    service = await startScriptedService({
      async *watchDeletion(_, signal) {
        yield purging(1200);
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
      },
    });
    const child = start(['deletion', 'watch', WORKSPACE], service.env);
    child.stdout.once('data', () => child.kill('SIGINT'));
    const [code, errors] = await Promise.all([exitOf(child), text(child.stderr)]);
    expect(code).toBe(130);
    expect(errors).toContain(`lethe deletion watch ${WORKSPACE}`);
  });
});
