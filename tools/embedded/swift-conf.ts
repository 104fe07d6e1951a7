/** The four programs that are a Swift: each is a process on a port of its own. */
export const SWIFT_SERVERS = ['account', 'container', 'object', 'proxy'] as const;
export type SwiftServerName = (typeof SWIFT_SERVERS)[number];

export interface SwiftConfOptions {
  directory: string;
  port: number;
  users: SwiftUsers;
  memcachedPort: number;
}

/** Whom the proxy knows; no other server knows anybody. */
export type SwiftUsers = Readonly<Record<string, { secret: string; owner: boolean }>>;

/** The one account, in which all buckets are. A user's S3 access key is `account:user`. */
export const SWIFT_ACCOUNT = 'lethe';

/** Loopback only; one process each; says what goes wrong to its standard error, and to nobody else. */
const common = ({ directory, port }: SwiftConfOptions): string => `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
workers = 0
swift_dir = ${directory}
devices = ${directory}/devices
mount_check = false
disable_fallocate = true
fallocate_reserve = 0
log_level = WARNING
log_udp_host = 127.0.0.1
log_udp_port = 9
eventlet_debug = false
`;

/** The storage servers trust whoever reaches them, as they do everywhere. */
const storage = (name: SwiftServerName, options: SwiftConfOptions): string => `${common(options)}
[pipeline:main]
pipeline = healthcheck ${name}-server
[filter:healthcheck]
use = egg:swift#healthcheck
[app:${name}-server]
use = egg:swift#${name}
replication_server = false
`;

/** In the order of Swift's own sample, with S3 before the authentication. */
const PIPELINE =
  'catch_errors gatekeeper healthcheck cache listing_formats bulk s3api tempauth copy slo dlo versioned_writes symlink proxy-server';

/**
 * What is not Swift's default is here because S3 needs it (versions), or because a test wants it: parts of any size, and parts that go
 * with their object (later versions leave that to object-expirer, which does not run here). ACLs are Swift's own, as in most
 * installations; `s3_acl` is said to be unfinished.
 */
const proxy = (options: SwiftConfOptions): string => `${common(options)}
[pipeline:main]
pipeline = ${PIPELINE}
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:${options.memcachedPort}
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
min_segment_size = 1
[filter:tempauth]
use = egg:swift#tempauth
${Object.entries(options.users)
  .map(([user, { secret, owner }]) => `user_${SWIFT_ACCOUNT}_${user} = ${secret}${owner ? ' .admin' : ''}`)
  .join('\n')}
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_versioned_writes = true
allow_object_versioning = true
[filter:slo]
use = egg:swift#slo
allow_async_delete = false
${['catch_errors', 'gatekeeper', 'healthcheck', 'listing_formats', 'bulk', 'copy', 'dlo', 'symlink']
  .map((filter) => `[filter:${filter}]\nuse = egg:swift#${filter}`)
  .join('\n')}
`;

/** The configuration of one of the servers. */
export const swiftConf = (name: SwiftServerName, options: SwiftConfOptions): string =>
  name === 'proxy' ? proxy(options) : storage(name, options);
