import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { once } from 'node:events';
import { connect } from 'node:net';
import pg from 'pg';
import { DATABASES, databaseVariable } from './databases.js';
import { MissingPiece } from './missing-piece.js';
import { isNewEnough } from './nats.js';
import { s3Client } from './provision-bucket.js';

type Environment = Record<string, string | undefined>;

/** The variables of `names` that are set; an empty value counts as not set. */
function named(env: Environment, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name): [string, string][] => {
      const value = env[name];
      return value ? [[name, value]] : [];
    }),
  );
}

function urlOf(name: string, text: string, protocols: readonly string[]): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !protocols.includes(url.protocol)) {
    throw new MissingPiece(
      `${name} is not an address that starts with ${protocols[0]}//: correct it, or unset it to use the embedded server.`,
    );
  }
  return url;
}

/** Names the server by its address without user and password. */
function unreachable(name: string, url: URL, error: unknown): MissingPiece {
  const { message, code } = error as NodeJS.ErrnoException;
  const reason = (message || code || 'no answer').split('\n')[0];
  return new MissingPiece(
    `The server that ${name} names (${url.host}) could not be used (${reason}): correct it, or unset it to use the embedded one.`,
  );
}

/** PostgreSQL that the environment names, tried; undefined when it names none. */
export async function existingPostgres(env: Environment): Promise<Record<string, string> | undefined> {
  const own = DATABASES.map(databaseVariable);
  const given = named(env, ['DATABASE_URL', ...own]);
  const missing = own.filter((name) => given[name] === undefined);
  if (Object.keys(given).length === 0) return undefined;
  if (missing.length > 0 && missing.length < own.length) {
    throw new MissingPiece(
      `The services' databases must all be named or none of them: ${missing.join(' and ')} is missing.`,
    );
  }
  for (const [name, text] of Object.entries(given)) {
    const url = urlOf(name, text, ['postgres:', 'postgresql:']);
    const client = new pg.Client({ connectionString: text, connectionTimeoutMillis: 10_000 });
    client.on('error', () => {});
    try {
      await client.connect();
      const { rows } = await client.query<{ able: boolean }>(
        'SELECT rolsuper OR (rolcreatedb AND rolcreaterole) AS able FROM pg_roles WHERE rolname = current_user',
      );
      if (name === 'DATABASE_URL' && missing.length > 0 && !rows[0]?.able) {
        throw new Error('its role may not create databases and roles');
      }
    } catch (error) {
      throw unreachable(name, url, error);
    } finally {
      await client.end().catch(() => {});
    }
  }
  return given;
}

/** A NATS server that the environment names; it introduces itself before any authentication. */
export async function existingNats(env: Environment): Promise<Record<string, string> | undefined> {
  const given = named(env, ['NATS_URL', 'NATS_TOKEN']);
  if (given['NATS_URL'] === undefined) return undefined;
  const url = urlOf('NATS_URL', given['NATS_URL'], ['nats:', 'tls:']);
  const socket = connect({ host: url.hostname, port: Number(url.port || 4222) });
  socket.setTimeout(10_000, () => socket.destroy(new Error('no answer within 10 s')));
  try {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    const text = /^INFO (\{.*\})/.exec(chunk.toString())?.[1];
    if (text === undefined) throw new Error('it is not a NATS server');
    const info = JSON.parse(text) as { version: string; jetstream?: boolean };
    if (!isNewEnough(info.version)) throw new Error(`it is ${info.version}, and 2.10 is needed`);
    if (!info.jetstream) throw new Error('JetStream is switched off there');
  } catch (error) {
    throw unreachable('NATS_URL', url, error);
  } finally {
    socket.destroy();
  }
  return given;
}

const S3_KEYS = ['ADMIN', 'WRITER', 'SWEEPER'].flatMap((user) => [
  `S3_${user}_ACCESS_KEY_ID`,
  `S3_${user}_SECRET_ACCESS_KEY`,
]);

/** An S3 server that the environment names, with the keys of three users (which may be one and the same). */
export async function existingS3(env: Environment): Promise<Record<string, string> | undefined> {
  const optional = ['AWS_REGION', 'S3_WRITER_PRINCIPAL', 'S3_SWEEPER_PRINCIPAL'];
  const given = named(env, ['S3_ENDPOINT', ...S3_KEYS, ...optional]);
  if (given['S3_ENDPOINT'] === undefined) return undefined;
  const url = urlOf('S3_ENDPOINT', given['S3_ENDPOINT'], ['http:', 'https:']);
  const missing = S3_KEYS.filter((name) => given[name] === undefined);
  if (missing.length > 0) {
    throw new MissingPiece(`S3_ENDPOINT is set, so its keys must be too: ${missing.join(', ')} missing.`);
  }
  const client = s3Client(given, 'admin');
  try {
    await client.send(new ListBucketsCommand({}));
  } catch (error) {
    throw unreachable('S3_ENDPOINT', url, error);
  } finally {
    client.destroy();
  }
  return { AWS_REGION: 'us-east-1', ...given };
}
