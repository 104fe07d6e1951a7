import {
  S3Client,
  UploadPartCommand,
  type S3ClientConfig,
  type UploadPartCommandInput,
} from '@aws-sdk/client-s3';
import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';

interface Signed {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
}

/** Uploads a part whose bytes only come when the store has let the request in and `meanwhile` is done. */
export async function uploadLatePart(
  config: S3ClientConfig & { endpoint: string },
  part: UploadPartCommandInput & { Body: Buffer },
  meanwhile: () => Promise<void>,
): Promise<void> {
  const handle = async ({ method, path, query, headers, body }: Signed) => {
    const url = new URL(`${path}?${new URLSearchParams(query).toString()}`, config.endpoint);
    const outgoing = request(url, { method, headers: { ...headers, expect: '100-continue' } });
    const answered = new Promise<Parameters<typeof buffer>[0] & { statusCode?: number }>(
      (resolve, reject) => {
        outgoing.on('error', reject).on('response', resolve);
      },
    );
    // The store says this when it is about to read: it has looked for the upload by then.
    outgoing.once('continue', () => {
      meanwhile().then(
        () => outgoing.end(body),
        (error: unknown) =>
          outgoing.destroy(new Error('what was to happen meanwhile failed', { cause: error })),
      );
    });
    outgoing.flushHeaders();
    const answer = await answered;
    return { response: { statusCode: answer.statusCode ?? 0, headers: {}, body: await buffer(answer) } };
  };
  const client = new S3Client({ ...config, maxAttempts: 1, requestHandler: { handle } as never });
  await client.send(new UploadPartCommand(part));
}
