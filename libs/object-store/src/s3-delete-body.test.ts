import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DeleteObjectsCommand, S3Client, type Delete, type ObjectIdentifier } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bodyOf, writeDeleteBody } from './s3-delete-body.js';

/** What the SDK sends by itself, and what it sends with the body of our own. */
let server: Server;
let clients: readonly S3Client[];
let received: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.end('<DeleteResult/>');
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const client = () =>
    new S3Client({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'r',
      forcePathStyle: true,
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
  clients = [client(), client()];
  writeDeleteBody(clients[1] as S3Client);
});
afterAll(() => {
  for (const client of clients) client.destroy();
  server.close();
});

async function bodies(input: Delete): Promise<readonly string[]> {
  received = [];
  for (const client of clients) await client.send(new DeleteObjectsCommand({ Bucket: 'b', Delete: input }));
  const of = (name: string) => received.map(({ headers }) => headers[name]);
  for (const name of ['content-length', 'content-type', 'x-amz-checksum-crc32', 'x-amz-content-sha256'])
    expect(new Set(of(name)).size, name).toBe(1);
  return received.map(({ body }) => body);
}

const id = 'org-1_2.x/0190c2a4-5f6e-7abc-8def-0123456789ab';
describe('the body of a deletion is the one that the SDK writes', () => {
  it.each<[string, ObjectIdentifier[]]>([
    ['for a key', [{ Key: id }]],
    ['for versions', [{ Key: id, VersionId: 'null' }, { Key: id, VersionId: 'IYV3p45BT0ac8hjHg1houSdS1a.Mro8e' }]], // prettier-ignore
    ['for a version beside a key', [{ Key: 'a' }, { Key: 'b', VersionId: '1' }]],
    ['for a thousand keys', Array.from({ length: 1_000 }, (_, n) => ({ Key: `${id}/${n}` }))],
  ])('%s', async (_, Objects) => {
    const [sdk, own] = await bodies({ Objects });
    expect(own).toBe(sdk);
    expect(bodyOf({ Delete: { Objects } })).toBe(own);
  });

  it.each(['a&b', 'a<b', 'a>b', 'a"b', "a'b", 'a b', 'ä', '😀', 'a\u0001b', 'a\nb', '', '&amp;', 'a\u0085'])(
    'which is left to it where the key or version %j would have to be escaped',
    async (odd) => {
      for (const Objects of [[{ Key: id }, { Key: odd }], [{ Key: id, VersionId: odd }]]) {
        expect(bodyOf({ Delete: { Objects } })).toBeUndefined();
        const [sdk, own] = await bodies({ Objects });
        expect(own).toBe(sdk);
      }
    },
  );

  it('also where more is asked for than to delete', async () => {
    for (const input of [
      { Objects: [{ Key: id }], Quiet: true },
      { Objects: [{ Key: id, ETag: '"1"' }] },
      { Objects: [] },
    ]) {
      expect(bodyOf({ Delete: input })).toBeUndefined();
      const [sdk, own] = await bodies(input);
      expect(own).toBe(sdk);
    }
  });
});
