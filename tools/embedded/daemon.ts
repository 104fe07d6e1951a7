import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { serversUser } from './machine.js';
import { MissingPiece } from './missing-piece.js';

const execute = promisify(execFile);
const NO_SETPRIV =
  'This machine has no setpriv, which ends the embedded servers when their starter dies: install util-linux.';

/** A server that runs in the background and dies with this process. */
export interface Daemon {
  readonly pid: number;
  /** Waits until `probe` answers true; fails with the server's log as soon as the server has ended. */
  until(probe: () => Promise<boolean>): Promise<void>;
  /** Safe to call twice. */
  stop(): Promise<void>;
}

export interface DaemonOptions {
  directory: string;
  env: NodeJS.ProcessEnv;
  /** What ends it politely. */
  signal: 'INT' | 'TERM' | 'KILL';
  /** What the kernel sends it when this process dies, however that happens. */
  deathSignal: 'INT' | 'TERM' | 'KILL';
  /** An open file whose lock the server shares: the lock goes when the last holder has gone. */
  lock?: number;
}

/**
 * Starts a server in a session of its own (Ctrl-C in a terminal is for this process alone) that the kernel ends when
 * this process does. Call it on the main thread: the kernel looks at the thread that started the child.
 */
export async function startDaemon(name: string, argv: string[], options: DaemonOptions): Promise<Daemon> {
  const log = join(options.directory, `${name}.log`);
  const file = await open(log, 'a');
  const child = spawn('setpriv', [`--pdeathsig=${options.deathSignal}`, ...argv], {
    ...serversUser,
    cwd: options.directory,
    env: options.env,
    detached: true,
    stdio: ['ignore', file.fd, file.fd, ...(options.lock === undefined ? [] : [options.lock])],
  });
  const ended = new Promise<void>((done) => {
    child.once('exit', () => done());
    child.once('error', () => done());
  });
  child.on('error', () => {});
  await file.close();
  if (child.pid === undefined) throw new MissingPiece(NO_SETPRIV);
  child.unref();
  return {
    pid: child.pid,
    until: (probe) => until(name, child, log, probe),
    stop: async () => {
      if (hasEnded(child)) return;
      child.ref();
      child.kill(`SIG${options.signal}`);
      const hard = setTimeout(() => void child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(hard);
    },
  };
}

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

async function until(
  name: string,
  child: ChildProcess,
  log: string,
  probe: () => Promise<boolean>,
): Promise<void> {
  const end = Date.now() + 60_000;
  while (Date.now() < end && !hasEnded(child)) {
    if (await probe().catch(() => false)) return;
    await sleep(25);
  }
  const tail = (await readFile(log, 'utf8').catch(() => '')).slice(-2000);
  throw new Error(`${name} did not start${tail && `:\n${tail}`}`);
}

/** Runs a short-lived program as the servers' user; it dies with this process too. */
export async function runTool(
  program: string,
  args: string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<string> {
  try {
    const argv = ['--pdeathsig=KILL', program, ...args];
    return (await execute('setpriv', argv, { ...serversUser, timeout: 120_000, ...options })).stdout;
  } catch (error) {
    const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
    // EACCES: not found either, and a directory of the PATH is closed to the servers' user
    if (code === 'ENOENT' || code === 'EACCES') throw new MissingPiece(NO_SETPRIV);
    throw new Error(`${basename(program)} failed: ${stderr || message}`, { cause: error });
  }
}
