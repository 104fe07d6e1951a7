import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startDaemon } from './daemon.js';
import { ensureDebs } from './debs.js';
import { codename, serversDirectory, serversFile } from './machine.js';
import { MissingPiece } from './missing-piece.js';
import type { Server, ServerPlace } from './server.js';

/** Releases that are known to carry an older nats-server: their package lists need not be fetched for it. */
const TOO_OLD = ['bullseye', 'bookworm'];

/** nats-server of this machine's release, else of Debian 13: it is one static binary, so that runs anywhere. */
export async function natsBinary(cache: string, say: (line: string) => void): Promise<string> {
  const own = await codename();
  for (const suite of new Set(TOO_OLD.includes(own) ? ['trixie'] : [own, 'trixie'])) {
    const request = { cache, id: 'nats', suite, names: ['nats-server'], accept: isNewEnough, say };
    const prefix = await ensureDebs(request);
    if (prefix !== undefined) return join(prefix, 'usr/sbin/nats-server');
  }
  throw new MissingPiece(
    "This machine's package sources carry no nats-server 2.10 or newer: set NATS_URL to a server of your own.",
  );
}

/** 2.10 is the first with consumers of several subjects and with message metadata. */
export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(/[.:~+-]/).map(Number);
  return major > 2 || (major === 2 && minor >= 10);
}

/** Starts nats-server with JetStream on file storage, on a free port of the loopback interface. */
export async function startNats(binary: string, place: ServerPlace): Promise<Server> {
  const directory = await serversDirectory(place.directory);
  const ports = await serversDirectory(join(directory, 'ports'));
  for (const stale of await readdir(ports)) await rm(join(ports, stale));
  const token = place.data.secrets.natsToken;
  // An acknowledged message of kept data survives even the machine's crash.
  const sync = place.data.kept ? 'sync_interval: always, ' : '';
  const config = await serversFile(
    join(directory, 'nats.conf'),
    `listen: "127.0.0.1:-1"
ports_file_dir: "${ports}"
authorization { token: "${token}" }
jetstream { store_dir: "${directory}/jetstream", ${sync}max_mem: 256M, max_file: 4G }
`,
  );
  const daemon = await startDaemon('nats-server', [binary, '-c', config], {
    directory,
    env: { PATH: process.env['PATH'] },
    signal: 'TERM',
    deathSignal: 'TERM',
    ...(place.data.lock === undefined ? {} : { lock: place.data.lock }),
  });
  let port = 0;
  try {
    await daemon.until(async () => {
      // It picks a free port itself and writes it down.
      const file = (await readdir(ports)).find((name) => name.endsWith('.ports')) ?? '';
      const { nats } = JSON.parse(await readFile(join(ports, file), 'utf8')) as { nats: string[] };
      port = Number(new URL(nats[0] ?? '').port);
      return port > 0;
    });
  } catch (error) {
    await daemon.stop();
    throw error;
  }
  return {
    env: { NATS_URL: `nats://127.0.0.1:${port}`, NATS_TOKEN: token },
    pids: { nats: daemon.pid },
    stop: () => daemon.stop(),
  };
}
