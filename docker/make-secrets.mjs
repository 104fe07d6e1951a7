// Makes every secret that docker-compose.yml names: node docker/make-secrets.mjs [DIRECTORY]. Plain Node, nothing to install.
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const directory = resolve(process.argv[2] ?? join(dirname(fileURLToPath(import.meta.url)), 'secrets'));

/** Starts with a letter: NATS would read a token like 12e4 as a number. */
const secret = (bytes = 32) => `s${randomBytes(bytes).toString('hex')}`;
const sha256 = (text) => createHash('sha256').update(text).digest('hex');

/** `name=<SHA-256 of its token>`: a server never holds a token that it could leak. */
const callers = (tokens) =>
  Object.entries(tokens)
    .map(([name, token]) => `${name}=${sha256(token)}`)
    .join(',');

const files = {
  postgres_superuser_password: secret(),
  nats_token: secret(),
  'certificate_key.json': JSON.stringify(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })),
};

for (const name of ['workspace', 'realm', 'sweep', 'webhook']) {
  const password = secret();
  files[`${name}_database_password`] = password;
  files[`${name}_database_url`] = `postgres://lethe_${name}:${password}@postgres:5432/${name}`;
}

// The gateway calls three services, each by a token of its own: who sees one must not be the gateway to another.
const gatewayAt = { 'realm-purge': secret(), 'blob-sweeper': secret() };
for (const [name, token] of Object.entries(gatewayAt))
  files[`gateway_${name.replaceAll('-', '_')}_token`] = token;

// So does the sweeper, which asks realm-purge whose objects are nobody's.
const sweeperAtRealmPurge = secret();
files.blob_sweeper_realm_purge_token = sweeperAtRealmPurge;

const tokens = {
  gateway: secret(),
  'realm-purge': secret(),
  'blob-sweeper': secret(),
  operator: secret(),
  'data-plane': secret(),
};
for (const [name, token] of Object.entries(tokens)) files[`${name.replaceAll('-', '_')}_grpc_token`] = token;
const { operator, 'data-plane': dataPlane, ...services } = tokens;
files.workspace_service_grpc_callers = callers({ ...services, operator });
// The platform's data plane writes realms; the gateway asks both what a preview of a deletion needs.
files.realm_purge_grpc_callers = callers({
  operator,
  'data-plane': dataPlane,
  gateway: gatewayAt['realm-purge'],
  'blob-sweeper': sweeperAtRealmPurge,
});
files.webhook_sender_grpc_callers = callers({ operator });
files.blob_sweeper_grpc_callers = callers({ operator, gateway: gatewayAt['blob-sweeper'] });

const accounts = {};
for (const user of ['root', 'writer', 'sweeper']) {
  const access = `lethe-${user}-${randomBytes(6).toString('hex')}`;
  files[`s3_${user}_access_key_id`] = access;
  files[`s3_${user}_secret_access_key`] = secret();
  // The store's root is no account of its list. A "user" has no rights but those of a bucket's policy.
  if (user === 'root') continue;
  accounts[access] = {
    access,
    secret: files[`s3_${user}_secret_access_key`],
    role: 'user',
    userID: 0,
    groupID: 0,
  };
}
files['s3_users.json'] = JSON.stringify({ accessAccounts: accounts });

if (existsSync(directory)) {
  console.error(
    `${directory} exists and stays as it is: without its secrets the data cannot be opened. To begin anew, remove the volumes (docker compose down --volumes), then this folder.`,
  );
  process.exit(1);
}
mkdirSync(dirname(directory), { recursive: true });
const fresh = mkdtempSync(`${directory}.new-`);
// Containers' users read their files one by one; on the host the folder keeps everybody else out.
chmodSync(fresh, 0o700);
for (const [name, content] of Object.entries(files))
  writeFileSync(join(fresh, name), content, { mode: 0o644 });
renameSync(fresh, directory); // all of them or none
console.log(
  `Made ${Object.keys(files).length} secrets in ${directory}. Keep a copy of certificate_key.json in a safe place.`,
);
