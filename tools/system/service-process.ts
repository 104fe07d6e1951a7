import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = join(import.meta.dirname, '../..');

export interface ServiceProcess {
  readonly name: string;
  readonly pid: number | undefined;
  /** Resolves when the service says that it has started. What is named `other` holds for this life of it alone. */
  start(other?: Readonly<Record<string, string>>): Promise<void>;
  /** SIGTERM, and SIGKILL when that does not end it; resolves with the exit code, or the signal that ended it. */
  stop(): Promise<number | NodeJS.Signals>;
  /** Ends it as a power cut would. */
  kill(): Promise<void>;
  /** Rejects when the process ends without having been asked to. */
  readonly died: Promise<never>;
}

export interface ServiceOptions {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  /** Standard output and error go there. */
  readonly log: string;
  /** What is run; the main of the service's build when absent. */
  readonly main?: string;
}

const STOP_MS = 25_000;
const mainOf = (name: string) => join(ROOT, 'apps', name, 'dist/main.js');

/** One service as its own process, from its build if nothing else is named. It dies with this process, whatever becomes of it. */
export function serviceProcess({ name, env, log, main = mainOf(name) }: ServiceOptions): ServiceProcess {
  let child: ChildProcess | undefined;
  let asked = false;
  let sink: WriteStream | undefined;
  let rejectDied: (reason: Error) => void;
  const died = new Promise<never>((_, reject) => {
    rejectDied = reject;
  });
  died.catch(() => undefined); // nobody may be listening

  const ended = (of: ChildProcess) =>
    new Promise<number | NodeJS.Signals>((resolve) => {
      if (of.exitCode !== null || of.signalCode !== null) resolve(of.exitCode ?? of.signalCode ?? 1);
      else of.once('exit', (code, signal) => resolve(code ?? signal ?? 1));
    });

  return {
    name,
    died,
    get pid() {
      return child?.pid;
    },
    async start(other = {}) {
      asked = false;
      sink ??= createWriteStream(log, { flags: 'a' });
      const out = sink;
      const started = spawn('setpriv', ['--pdeathsig=KILL', process.execPath, '--enable-source-maps', main], {
        cwd: ROOT,
        env: { PATH: process.env['PATH'] ?? '', ...env, ...other },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      child = started;
      started.stderr.pipe(out, { end: false });
      const heard: string[] = [];
      await new Promise<void>((resolve, reject) => {
        started.once('error', reject);
        started.once('exit', (code, signal) => {
          const failure = new Error(
            `${name} ended with ${code ?? signal ?? '?'}; its last words:\n${heard.join('\n')}`,
          );
          reject(failure);
          if (!asked) rejectDied(failure);
        });
        started.stderr.on('data', (text: Buffer) => remember(heard, text.toString().trim()));
        createInterface({ input: started.stdout }).on('line', (line) => {
          out.write(`${line}\n`);
          remember(heard, line);
          if (line.includes('"msg":"started"')) resolve();
        });
      });
    },
    async stop() {
      if (child === undefined) return 0;
      asked = true;
      child.kill('SIGTERM');
      const hard = setTimeout(() => child?.kill('SIGKILL'), STOP_MS);
      const result = await ended(child);
      clearTimeout(hard);
      return result;
    },
    async kill() {
      if (child === undefined) return;
      asked = true;
      child.kill('SIGKILL');
      await ended(child);
    },
  };
}

function remember(heard: string[], line: string): void {
  heard.push(line);
  if (heard.length > 8) heard.shift();
}
