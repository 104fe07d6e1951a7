import { createHash } from 'node:crypto';
import dns from 'node:dns';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server } from 'node:tls';
import { serverVariable } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ObjectStore } from './object-store.js';
import { createS3Store, type S3StoreOptions } from './s3-store.js';
import { createFaultProxy, type FaultProxy } from './testing/fault-proxy.js';
import { createTestBucket, type TestBucket } from './testing/test-bucket.js';
import { createTestCertificate } from './testing/test-certificate.js';

/** What goes over the wire, by the options of the store. */
let bucket: TestBucket;
let proxy: FaultProxy;
let directory: string;
const stores: ObjectStore[] = [];
beforeAll(async () => {
  bucket = await createTestBucket(serverVariable);
  proxy = await createFaultProxy(serverVariable('S3_ENDPOINT'));
  directory = await mkdtemp(join(tmpdir(), 'lethe-wire-'));
});
afterAll(async () => {
  for (const store of stores) store.close();
  await proxy.close();
  bucket.close();
  await rm(directory, { recursive: true });
});
function opened(options: S3StoreOptions): ObjectStore {
  const store = createS3Store(options);
  stores.push(store);
  return store;
}
const storeOf = (over: Parameters<TestBucket['options']>[0] = {}) =>
  opened(bucket.options({ endpoint: proxy.endpoint, ...over }));
const lastRequest = () => proxy.requests.at(-1)!;

describe('a deletion', () => {
  const newer = () => Object.keys(lastRequest().headers).filter((name) => name.includes('checksum'));

  it('carries a Content-MD5 where the store wants one, and nothing of the newer checksums', async () => {
    await bucket.put('a');
    const store = storeOf({ contentMd5: true });
    expect(await store.deleteKeys(['a', 'missing'])).toEqual([]);
    const { headers, body } = lastRequest();
    expect(headers['content-md5']).toBe(createHash('md5').update(body).digest('base64'));
    expect(headers.authorization).toMatch(/SignedHeaders=[^,]*content-md5/);
    expect(newer()).toEqual([]);
    expect(await bucket.contents()).toEqual([]);
    await store.listVersions('', '');
    expect(lastRequest().headers).not.toHaveProperty('content-md5');
  });

  it('carries the checksum of the SDK elsewhere', async () => {
    await storeOf().deleteKeys(['missing']);
    expect(lastRequest().headers).not.toHaveProperty('content-md5');
    expect(newer()).toContain('x-amz-checksum-crc32');
  });

  it('carries the digest of its own body in every attempt', async () => {
    const begun = proxy.requests.length;
    let times = 0;
    proxy.fault = () => (times++ === 0 ? { kind: 'reset', when: 'before' } : undefined);
    expect(await storeOf({ contentMd5: true }).deleteKeys(['missing'])).toEqual([]);
    const attempts = proxy.requests.slice(begun);
    expect(attempts).toHaveLength(2);
    for (const { headers, body } of attempts)
      expect(headers['content-md5']).toBe(createHash('md5').update(body).digest('base64'));
  });
});

describe('the bucket is named', () => {
  it('in the path', async () => {
    await storeOf({ forcePathStyle: true }).probe();
    const { path, headers } = lastRequest();
    expect(path).toBe(`/${bucket.name}/`);
    expect(headers.host).toBe(new URL(proxy.endpoint).host);
  });

  it('in the host', async () => {
    const { port } = new URL(proxy.endpoint);
    const lookup = vi.spyOn(dns, 'lookup').mockImplementation(((
      _: string,
      options: { all?: boolean },
      done: (error: null, address: unknown, family?: number) => void,
    ) => {
      if (options.all) done(null, [{ address: '127.0.0.1', family: 4 }]);
      else done(null, '127.0.0.1', 4);
    }) as never);
    try {
      const Bucket = `<Name>${bucket.name}</Name><Prefix></Prefix>`;
      const body = `<ListBucketResult>${Bucket}<IsTruncated>false</IsTruncated></ListBucketResult>`;
      proxy.fault = () => ({ kind: 'answer', status: 200, body });
      await storeOf({ endpoint: `http://s3.store.test:${port}`, forcePathStyle: false }).probe();
      const { path, headers } = lastRequest();
      expect(path).toBe('/');
      expect(headers.host).toBe(`${bucket.name}.s3.store.test:${port}`);
    } finally {
      lookup.mockRestore();
      proxy.fault = () => undefined;
    }
  });
});

describe('with TLS', () => {
  let server: Server;
  let endpoint: string;
  beforeAll(async () => {
    const { cert, key } = createTestCertificate();
    await writeFile(join(directory, 'ca.pem'), cert);
    await writeFile(join(directory, 'other.pem'), createTestCertificate().cert);
    const target = Number(new URL(proxy.endpoint).port);
    server = createServer({ cert, key }, (socket) => {
      const plain = connect(target, '127.0.0.1');
      socket.on('error', () => plain.destroy()).on('close', () => plain.destroy());
      plain.on('error', () => socket.destroy());
      socket.pipe(plain).pipe(socket);
    });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endpoint = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    for (const store of stores) store.close(); // its connections
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });

  it('a certificate that the CA file vouches for is believed', async () => {
    expect(await storeOf({ endpoint, caFile: join(directory, 'ca.pem') }).identities()).toEqual([bucket.id]);
  });

  it.each([
    ['no CA file', undefined],
    ['that of another', 'other.pem'],
  ])('with %s nothing is sent', async (_, file) => {
    const begun = proxy.requests.length;
    const store = storeOf({ endpoint, ...(file && { caFile: join(directory, file) }) });
    await expect(store.probe()).rejects.toThrow(/self-signed|unable to verify/i);
    expect(proxy.requests).toHaveLength(begun);
  });

  it('a CA file that is not there is told when the store is opened', () => {
    expect(() => storeOf({ endpoint, caFile: join(directory, 'none.pem') })).toThrow(/ENOENT/);
  });
});

describe('credentials in files', () => {
  const files = () => ({
    accessKeyIdFile: join(directory, 'id'),
    secretAccessKeyFile: join(directory, 'secret'),
  });
  async function opening(secret?: string): Promise<ObjectStore> {
    const { accessKeyId, secretAccessKey, ...place } = bucket.options({ endpoint: proxy.endpoint });
    await writeFile(files().accessKeyIdFile, accessKeyId);
    await writeFile(files().secretAccessKeyFile, secret ?? secretAccessKey);
    return opened({ ...place, ...files() });
  }
  const right = () => bucket.options().secretAccessKey;

  it('sign', async () => {
    expect(await (await opening()).identities()).toEqual([bucket.id]);
  });

  it('that were replaced are used as soon as the store refuses the old ones', async () => {
    const store = await opening('outdated');
    await expect(store.probe()).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
    await writeFile(files().secretAccessKeyFile, right());
    await bucket.put('a');
    expect(await store.deleteKeys(['a'])).toEqual([]);
    expect(await bucket.contents()).toEqual([]);
  });

  it('that are spoilt do not replace what works; where that is refused the error says why', async () => {
    const store = await opening();
    await store.probe();
    await writeFile(files().secretAccessKeyFile, '');
    expect(await store.identities()).toEqual([bucket.id]);
    const refused = await opening('outdated');
    await expect(refused.probe()).rejects.toThrow();
    await writeFile(files().secretAccessKeyFile, '');
    await expect(refused.probe()).rejects.toThrow(/could not be renewed: .*secret holds no key/);
  });

  it('a refusal is asked again only where there are others, and once', async () => {
    const store = await opening('outdated');
    const begun = proxy.requests.length;
    await expect(store.probe()).rejects.toThrow();
    expect(proxy.requests).toHaveLength(begun + 1);
    await writeFile(files().secretAccessKeyFile, 'wrong too');
    await expect(store.probe()).rejects.toThrow();
    expect(proxy.requests).toHaveLength(begun + 2);
    await writeFile(files().secretAccessKeyFile, 'wrong-too');
    await expect(store.probe()).rejects.toThrow();
    expect(proxy.requests).toHaveLength(begun + 4);
  });

  it('after an abort nothing more is sent with the new ones', async () => {
    const store = await opening('outdated');
    const end = new AbortController();
    const begun = proxy.requests.length;
    proxy.fault = async () => {
      await writeFile(files().secretAccessKeyFile, right());
      end.abort();
      return undefined;
    };
    await expect(store.deleteKeys(['a'], end.signal)).rejects.toThrow();
    expect(proxy.requests).toHaveLength(begun + 1);
    proxy.fault = () => undefined;
  });
});
