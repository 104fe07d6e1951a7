import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { S3Client } from '@aws-sdk/client-s3';
import { DeletionState, type Deletion } from '@lethe/contracts';
import { createPool, type Pool } from '@lethe/postgres';
import { createLogger } from '@lethe/telemetry';
import { eventually, serverVariable } from '@lethe/testkit';
import { exportJWK, generateKeyPair, type JSONWebKeySet } from 'jose';
import pg from 'pg';
import { provisionBucket, s3Client } from '../embedded/index.js';
import { askOracle, type Expectation, type Findings } from '../system/oracle.js';
import { restClient, type Rest } from '../system/rest.js';
import { startSystem, type System } from '../system/system.js';
import type { Hands } from '../system/world.js';
import { startOwnNats, type OwnNats } from './own-nats.js';

/** The whole system for one test: its own databases, bucket and NATS, the run's PostgreSQL and S3 server. */
export interface Trial extends Hands {
  readonly system: System;
  readonly nats: OwnNats;
  /** What each service says, in a file of its name. */
  readonly logs: string;
  readonly pools: Readonly<Record<DatabaseName, Pool>>;
  /** A copy of one of the databases, as a backup would take it: nobody may be connected to it then. Answers the copy's name. */
  backUp(name: DatabaseName): Promise<string>;
  /** Puts a copy in the place of the database: whoever is connected loses it. */
  putBack(name: DatabaseName, copy: string): Promise<void>;
  /** May do anything with the bucket. */
  readonly admin: S3Client;
  rest(userId: string): Promise<Rest>;
  deletionOf(workspaceId: string): Promise<Deletion>;
  /** The deletion once it has its certificate. */
  purged(workspaceId: string): Promise<Deletion>;
  oracle(expectations: readonly Expectation[]): Promise<Findings>;
  stop(): Promise<void>;
}

/** No wrong deletion, no leftover, no false certificate, no doubled effect. */
export const FOUR_ZEROS: Findings = {
  wrongDeletions: [],
  leftovers: [],
  falseCertificates: [],
  doubledEffects: [],
};

const NAMES = ['workspace', 'realm', 'sweep', 'webhook'] as const;
export type DatabaseName = (typeof NAMES)[number];

export interface TrialOptions {
  readonly settings?: Readonly<Record<string, string>>;
  readonly versioning?: boolean;
  /** Versions can be locked; implies versioning. */
  readonly objectLock?: boolean;
  /** Where the services reach the S3 server, if not directly. */
  readonly s3Endpoint?: string;
  /** More participants, that the test itself runs. */
  readonly participants?: readonly string[];
}

export async function startTrial({
  settings = {},
  versioning = false,
  objectLock = false,
  participants = [],
  s3Endpoint,
}: TrialOptions = {}): Promise<Trial> {
  const tag = `e2e_${randomBytes(4).toString('hex')}`;
  const server = serverVariable('DATABASE_URL');
  const urls = Object.fromEntries(
    NAMES.map((name) => [name, Object.assign(new URL(server), { pathname: `/${tag}_${name}` }).href]),
  ) as Record<DatabaseName, string>;
  await onServer(
    server,
    NAMES.map((name) => `create database ${tag}_${name}`),
  );

  const servers = Object.fromEntries(
    ['S3_ENDPOINT', 'AWS_REGION', 'S3_SWEEPER_ACCESS_KEY_ID', 'S3_SWEEPER_SECRET_ACCESS_KEY'].map((name) => [
      name,
      serverVariable(name),
    ]),
  );
  const bucket = tag.replace('_', '-');
  const storeId = await provisionBucket(process.env, bucket, { versioning, objectLock });
  const nats = await startOwnNats();
  const logs = await mkdtemp(join(tmpdir(), 'lethe-e2e-logs-'));
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const system = await startSystem({
    env: {
      ...servers,
      ...(s3Endpoint === undefined ? {} : { S3_ENDPOINT: s3Endpoint }),
      NATS_URL: nats.url,
      ...Object.fromEntries(NAMES.map((name) => [`${name.toUpperCase()}_DATABASE_URL`, urls[name]])),
    },
    bucket,
    storeId,
    certificateKey: JSON.stringify(await exportJWK(privateKey)),
    logs,
    // No upload of a test outlives its fence.
    settings: { RECONCILE_MS: '300', RERELEASE_MS: '2000', UPLOAD_QUARANTINE_SECONDS: '0', ...settings },
    participants,
  });
  const logger = createLogger('trial', 'silent');
  const pools = Object.fromEntries(
    NAMES.map((name) => [name, createPool({ url: urls[name], applicationName: 'oracle', max: 4, logger })]),
  ) as Record<DatabaseName, Pool>;
  const [admin, s3] = [s3Client(process.env, 'admin'), s3Client(process.env, 'writer')];

  let copies = 0;
  /** By name, in place of what was there. */
  const copyOf = (from: string, to: string) =>
    onServer(server, [
      `drop database if exists ${to} with (force)`,
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${from}' and application_name = 'oracle'`,
      `create database ${to} template ${from}`,
    ]);

  const deletionOf = async (workspaceId: string) => {
    const { deletion } = await system.workspace.unary((client) => client.getDeletion, {
      caller: undefined,
      workspaceId,
    });
    return deletion as Deletion;
  };
  return {
    system,
    nats,
    logs,
    pools,
    admin,
    s3,
    bucket,
    rest: async (userId) => restClient(system.gatewayUrl, await system.issuer.tokenFor(userId)),
    async backUp(name) {
      const copy = `${tag}_copy_${++copies}`;
      await copyOf(`${tag}_${name}`, copy);
      return copy;
    },
    putBack: (name, copy) => copyOf(copy, `${tag}_${name}`),
    deletionOf,
    purged: (workspaceId) =>
      eventually(
        `${workspaceId} is purged; logs in ${logs}`,
        async () => {
          const deletion = await deletionOf(workspaceId);
          return deletion.state === DeletionState.PURGED && deletion;
        },
        120_000,
      ),
    async oracle(expectations) {
      const { jwksJson } = await system.workspace.unary((client) => client.listCertificateKeys, {});
      return askOracle(
        { ...pools, s3: admin, bucket, keys: JSON.parse(jwksJson) as JSONWebKeySet },
        expectations,
      );
    },
    async stop() {
      await system.stop();
      await Promise.all(Object.values(pools).map((pool) => pool.end()));
      await nats.stop();
      for (const client of [admin, s3]) client.destroy();
      await onServer(
        server,
        [...NAMES, ...Array.from({ length: copies }, (_, i) => `copy_${i + 1}`)].map(
          (name) => `drop database if exists ${tag}_${name} with (force)`,
        ),
      );
      if (process.env['LETHE_KEEP_LOGS'] === undefined) await rm(logs, { recursive: true, force: true });
    },
  };
}

async function onServer(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Awaits that a purge is in the middle: some of its pages have settled, some have not. */
export async function inTheMiddle({ pools }: Trial, workspaceId: string): Promise<void> {
  await eventually(`the purge of ${workspaceId} is in its middle`, async () => {
    const { rows } = await pools.realm.query<{ settled: number; left: boolean }>(
      `select (select count(*)::int from page where realm_id = $1 and state = 'settled') as settled,
              exists (select from block where realm_id = $1) as left`,
      [workspaceId],
    );
    if (rows[0]?.left === false && rows[0].settled > 0) throw new Error('it is over already');
    return (rows[0]?.settled ?? 0) >= 3;
  });
}
