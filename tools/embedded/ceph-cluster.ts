import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { serversDirectory, serversFile } from './machine.js';

/** Runs one of Ceph's programs in the cluster's directory. */
export type CephTool = (program: string, ...args: string[]) => Promise<string>;

/** What the cluster is known by for its whole life. */
interface Identity {
  fsid: string;
  osd: string;
}

/** The identity of the cluster in `directory`, or undefined when none was made there to the end. */
export async function keptIdentity(directory: string): Promise<Identity | undefined> {
  const text = await readFile(join(directory, 'initialized'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as Identity);
}

/** An empty place for a new cluster; what an interrupted start left is removed. */
export async function newIdentity(directory: string): Promise<Identity> {
  for (const part of ['mon', 'osd', 'rgw']) {
    await rm(join(directory, part), { recursive: true, force: true });
    await serversDirectory(join(directory, part));
  }
  return { fsid: randomUUID(), osd: randomUUID() };
}

/** To be called once all is made: from now on the cluster's data count. */
export async function keepIdentity(directory: string, identity: Identity): Promise<void> {
  await serversFile(join(directory, 'initialized'), JSON.stringify(identity));
}

/**
 * Makes the monitor's store. An OSD map that already has osd.0 in its CRUSH map stands in for the `ceph` program
 * (`osd new`, `osd crush add`), which is Python.
 */
export async function makeMonitor(
  tool: CephTool,
  place: { directory: string; conf: string },
  identity: Identity,
  port: number,
): Promise<void> {
  const { directory, conf } = place;
  const monmap = join(directory, 'monmap');
  const address = `[v1:127.0.0.1:${port}]`;
  await tool('monmaptool', '--create', '--clobber', '--fsid', identity.fsid, '--addv', 'a', address, monmap);
  await tool('osdmaptool', '-c', conf, '--createsimple', '1', '--clobber', join(directory, 'osdmap'));
  const maps = ['--monmap', monmap, '--osdmap', join(directory, 'osdmap')];
  await tool('ceph-mon', '-c', conf, '-i', 'a', '--mkfs', ...maps);
}

/** Gives a kept monitor the port of this start: its address is part of its data. */
export async function moveMonitor(
  tool: CephTool,
  place: { directory: string; conf: string },
  port: number,
): Promise<void> {
  const { directory, conf } = place;
  const monmap = join(directory, 'monmap');
  await tool('ceph-mon', '-c', conf, '-i', 'a', '--extract-monmap', monmap);
  await tool('monmaptool', '--rm', 'a', monmap);
  await tool('monmaptool', '--addv', 'a', `[v1:127.0.0.1:${port}]`, monmap);
  await tool('ceph-mon', '-c', conf, '-i', 'a', '--inject-monmap', monmap);
}
