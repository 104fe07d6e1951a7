import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '@lethe/testkit';
import { cacheDirectory } from '../embedded/cache.js';
import { freePort } from '../embedded/loopback.js';
import { natsBinary } from '../embedded/nats.js';

/** A nats-server that a test may kill and whose store it may wipe; it comes back on the same port. */
export interface OwnNats {
  readonly url: string;
  /** As a power cut would. */
  kill(): Promise<void>;
  start(): Promise<void>;
  /** While it is down: forgets every stream, consumer and message. */
  wipe(): Promise<void>;
  stop(): Promise<void>;
}

export async function startOwnNats(): Promise<OwnNats> {
  const binary = await natsBinary(await cacheDirectory(undefined, process.env), () => undefined);
  const directory = await mkdtemp(join(tmpdir(), 'lethe-e2e-nats-'));
  const port = await freePort();
  const config = join(directory, 'nats.conf');
  await writeFile(
    config,
    `listen: "127.0.0.1:${port}"\njetstream { store_dir: "${directory}/store", max_file: 2G }\n`,
  );
  let child: ChildProcess | undefined;

  const answers = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.end(() => resolve(true)));
      socket.on('error', () => {
        resolve(false);
      });
    });
  const nats: OwnNats = {
    url: `nats://127.0.0.1:${port}`,
    async start() {
      child = spawn('setpriv', ['--pdeathsig=KILL', binary, '-c', config], {
        stdio: 'ignore',
        detached: true,
      });
      await eventually('nats-server listens', answers);
    },
    async kill() {
      const dying = child;
      if (dying?.exitCode !== null || dying.signalCode !== null) return;
      const gone = new Promise((resolve) => dying.once('exit', resolve));
      dying.kill('SIGKILL');
      await gone;
    },
    wipe: () => rm(join(directory, 'store'), { recursive: true, force: true }),
    async stop() {
      await nats.kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
  await nats.start();
  return nats;
}
