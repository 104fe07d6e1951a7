import { randomInt } from 'node:crypto';

export interface CephConfOptions {
  directory: string;
  libraries: string;
  fsid: string;
  monitorPort: number;
  gatewayPort: number;
  kept: boolean;
}

/** In memory: as fast as it gets, and gone with the process. */
const IN_MEMORY = `osd objectstore = memstore
memstore device bytes = 8589934592`;

/** In one sparse file, with a write-ahead log that is synced before a request is answered. */
const IN_FILES = `osd objectstore = bluestore
bluestore block create = true
bluestore block size = 34359738368
bluestore block preallocate file = false
bluestore block db create = false
bluestore block wal create = false
bluestore fsck quick fix on mount = false
bluestore cache autotune = false
bluestore cache size = 134217728`;

const QUIET =
  'ms osd objclass objecter rgw mon monc paxos rados auth tp finisher memstore rocksdb optracker timer'
    .concat(' context crush bluestore bluefs bdev freelist')
    .split(' ')
    .map((subsystem) => `debug ${subsystem} = 0/0`)
    .join('\n');

/**
 * ceph.conf of the smallest cluster: one monitor, one OSD, one gateway, no manager; loopback only, and without
 * authentication among themselves (the gateway has its own).
 *
 * `objecter …`: after a restart the gateway meets a map in which the OSD still has its old address, and asks for a
 * newer one only once a request is this late; the defaults would cost ten seconds at each start.
 *
 * `tcp_nodelay`: the gateway sends the head of an answer before its body, and without this a small body waits 40 ms for the other side
 * to confirm the head.
 */
export function cephConf(options: CephConfOptions): string {
  const { directory, libraries } = options;
  const osdPorts = randomInt(10_000, 30_000); // the OSD takes free ports of the range that starts here
  return `[global]
fsid = ${options.fsid}
mon host = v1:127.0.0.1:${options.monitorPort}
monmap = ${directory}/monmap
public network = 127.0.0.0/8
cluster network = 127.0.0.0/8
public addr = 127.0.0.1
ms bind ipv4 = true
ms bind ipv6 = false
ms bind port min = ${osdPorts}
ms bind port max = ${osdPorts + 200}
ms async op threads = 1
auth cluster required = none
auth service required = none
auth client required = none
run dir = ${directory}
admin socket =
log file =
mon cluster log file =
log to stderr = true
mon cluster log to stderr = false
err to stderr = true
crash dir = ${directory}
plugin dir = ${libraries}/ceph
erasure code dir = ${libraries}/ceph/erasure-code
osd class dir = ${libraries}/rados-classes
osd crush chooseleaf type = 0
osd crush update on start = false
osd class update on start = false
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pgp num = 8
osd pool default pg autoscale mode = off
osd enable op tracker = false
osd min pg log entries = 50
osd max pg log entries = 200
osd pg log dups tracked = 50
osd pg log trim min = 20
osd op num shards = 1
osd op num threads per shard = 2
mon osd auto mark in = true
mon allow pool size one = true
mon max pg per osd = 2000
mon osd full ratio = 0.99
mon data avail crit = 1
mon data avail warn = 2
osd client watch timeout = 3
mon osd report timeout = 900
objecter tick interval = 0.2
objecter timeout = 0.5
paxos propose interval = 0.02
paxos min wait = 0.01
${QUIET}
[mon.a]
mon data = ${directory}/mon
[osd.0]
osd data = ${directory}/osd
${options.kept ? IN_FILES : IN_MEMORY}
[client.rgw]
rgw data = ${directory}/rgw
rgw frontends = beast endpoint=127.0.0.1:${options.gatewayPort} tcp_nodelay=1
rgw thread pool size = 8
rgw override bucket index max shards = 4
rgw dynamic resharding = false
rgw enable usage log = false
rgw enable ops log = false
rgw gc obj min wait = 5
rgw gc processor period = 60
rgw lc debug interval = -1
rgw dns name = localhost
rgw enable apis = s3, admin
`;
}
