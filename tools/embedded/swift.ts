import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { runTool, startDaemon, type Daemon } from './daemon.js';
import { freePort } from './loopback.js';
import { serversDirectory, serversFile } from './machine.js';
import { MissingPiece } from './missing-piece.js';
import type { Server, ServerPlace } from './server.js';
import {
  SWIFT_ACCOUNT,
  SWIFT_SERVERS,
  swiftConf,
  type SwiftServerName,
  type SwiftUsers,
} from './swift-conf.js';
import type { SwiftPackages } from './swift-packages.js';
import { MAKE_RINGS, RUN_SERVER } from './swift-python.js';

type Ports = Record<SwiftServerName | 'memcached', number>;

/** Starts OpenStack Swift with its S3 layer: a proxy and three storage servers, one device, one replica. */
export async function startSwift(packages: SwiftPackages, place: ServerPlace): Promise<Server> {
  const directory = await serversDirectory(place.directory);
  const env = { ...packages.env, PATH: process.env['PATH'], HOME: directory };
  const ports = { memcached: await freePort() } as Ports;
  for (const name of SWIFT_SERVERS) ports[name] = await freePort();
  const users = usersOf(place);
  await writeConfiguration(directory, ports, users);
  const rings = SWIFT_SERVERS.filter((name) => name !== 'proxy').map((name) => `${name}=${ports[name]}`);
  const said = await runTool(packages.python, ['-c', MAKE_RINGS, directory, ...rings], {
    cwd: directory,
    env,
  });
  if (said.trim() !== 'ready')
    throw new MissingPiece(
      `Swift cannot keep its objects in ${directory} (${said.trim()}): set TMPDIR to a directory on a file system that has them, such as ext4 or xfs.`,
    );

  const running: [name: string, daemon: Daemon][] = [];
  const start = async (name: string, argv: string[]): Promise<Daemon> => {
    const lock = place.data.lock === undefined ? {} : { lock: place.data.lock };
    const options = { directory, env, signal: 'KILL', deathSignal: 'KILL', ...lock } as const;
    const daemon = await startDaemon(name, argv, options);
    running.unshift([name, daemon]);
    return daemon;
  };
  const stop = async (): Promise<void> => {
    for (const [, daemon] of running) await daemon.stop(); // the proxy first
  };
  try {
    const loopback = ['-l', '127.0.0.1', '-p', String(ports.memcached), '-U', '0'];
    const ready = [
      (await start('memcached', [packages.memcached, ...loopback])).until(() => listens(ports.memcached)),
    ];
    for (const name of SWIFT_SERVERS) {
      const server = await start(`swift-${name}`, [packages.python, '-c', RUN_SERVER, directory, name]);
      ready.push(server.until(async () => (await fetch(`http://127.0.0.1:${ports[name]}/healthcheck`)).ok));
    }
    await Promise.all(ready);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    env: environment(ports, users),
    pids: Object.fromEntries(running.map(([name, daemon]) => [name, daemon.pid])),
    stop,
  };
}

async function writeConfiguration(directory: string, ports: Ports, users: SwiftUsers): Promise<void> {
  await serversDirectory(join(directory, 'devices'));
  await serversDirectory(join(directory, 'devices', 'disk'));
  for (const name of SWIFT_SERVERS) {
    const options = { directory, port: ports[name], memcachedPort: ports.memcached, users };
    await serversFile(join(directory, `${name}.conf`), swiftConf(name, options));
  }
  const hash = '[swift-hash]\nswift_hash_path_suffix = lethe\n'; // in the place of a secret: the names are no secret here
  await serversFile(join(directory, 'swift.conf'), hash);
}

async function listens(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  try {
    await once(socket, 'connect');
    return true;
  } finally {
    socket.destroy();
  }
}

/** The owner may do everything in the account; the sweeper what a container's ACL says, which at first is nothing. */
function usersOf({ data }: ServerPlace): SwiftUsers {
  const { admin, sweeper } = data.secrets.s3;
  return {
    admin: { secret: admin.secretAccessKey, owner: true },
    sweeper: { secret: sweeper.secretAccessKey, owner: false },
  };
}

/**
 * The variables that tests read. `SWIFT_CONTAINERS` is the container server's own address of the account, which asks nobody who
 * he is: there a test sees what S3 does not show, and sets the ACLs that S3 has no words for.
 */
function environment(ports: Ports, users: SwiftUsers): Record<string, string> {
  const env: Record<string, string> = {
    SWIFT_S3_ENDPOINT: `http://127.0.0.1:${ports.proxy}`,
    SWIFT_CONTAINERS: `http://127.0.0.1:${ports.container}/disk/0/AUTH_${SWIFT_ACCOUNT}`,
  };
  for (const [user, { secret }] of Object.entries(users)) {
    env[`SWIFT_${user.toUpperCase()}_ACCESS_KEY_ID`] = `${SWIFT_ACCOUNT}:${user}`;
    env[`SWIFT_${user.toUpperCase()}_SECRET_ACCESS_KEY`] = secret;
  }
  return env;
}
