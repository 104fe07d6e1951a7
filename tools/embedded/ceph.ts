import { join } from 'node:path';
import {
  keepIdentity,
  keptIdentity,
  makeMonitor,
  moveMonitor,
  newIdentity,
  type CephTool,
} from './ceph-cluster.js';
import { cephConf } from './ceph-conf.js';
import type { CephPackages } from './ceph-packages.js';
import { runTool, startDaemon, type Daemon } from './daemon.js';
import { freePort } from './loopback.js';
import { serversDirectory, serversFile } from './machine.js';
import { createS3Users, s3Environment } from './s3-users.js';
import type { Server, ServerPlace } from './server.js';

/** Starts an S3 server: Ceph's gateway on one monitor and one OSD, without the manager and all that is Python. */
export async function startCeph(packages: CephPackages, place: ServerPlace): Promise<Server> {
  const { data } = place;
  const directory = await serversDirectory(place.directory);
  const env = {
    PATH: process.env['PATH'],
    LC_ALL: 'C',
    LD_LIBRARY_PATH: packages.libraryPath,
    HOME: directory,
  };
  const kept = await keptIdentity(directory);
  const identity = kept ?? (await newIdentity(directory));
  const [monitorPort, gatewayPort] = [await freePort(), await freePort()];
  const conf = await serversFile(
    join(directory, 'ceph.conf'),
    cephConf({
      directory,
      libraries: packages.libraries,
      fsid: identity.fsid,
      monitorPort,
      gatewayPort,
      kept: data.kept,
    }),
  );
  const tool: CephTool = (program, ...args) =>
    runTool(join(packages.programs, program), args, { cwd: directory, env });

  const running: [name: string, daemon: Daemon][] = [];
  const start = async (name: string, ...args: string[]): Promise<Daemon> => {
    const argv = [join(packages.programs, name), '-c', conf, '-f', ...args];
    const daemon = await startDaemon(name, argv, {
      directory,
      env,
      // All three are made to survive this at any moment, and politeness takes them seconds.
      signal: 'KILL',
      deathSignal: 'KILL',
      ...(data.lock === undefined ? {} : { lock: data.lock }),
    });
    running.unshift([name, daemon]);
    return daemon;
  };
  const stop = async (): Promise<void> => {
    for (const [, daemon] of running) await daemon.stop(); // the gateway first
  };

  try {
    if (kept) await moveMonitor(tool, { directory, conf }, monitorPort);
    else await makeMonitor(tool, { directory, conf }, identity, monitorPort);
    await start('ceph-mon', '-i', 'a');
    if (!kept) await tool('ceph-osd', '-c', conf, '-i', '0', '--mkfs', '--osd-uuid', identity.osd);
    await start('ceph-osd', '-i', '0');
    if (!kept) {
      await createS3Users(
        (...args) => tool('radosgw-admin', '-c', conf, '-n', 'client.rgw', ...args),
        data.secrets.s3,
      );
      await keepIdentity(directory, identity);
    }
    const gateway = await start('radosgw', '-n', 'client.rgw');
    await gateway.until(async () => (await fetch(`http://127.0.0.1:${gatewayPort}/`)).ok);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    env: s3Environment(`http://127.0.0.1:${gatewayPort}`, data.secrets.s3),
    pids: Object.fromEntries(running.map(([name, daemon]) => [name, daemon.pid])),
    stop,
  };
}
