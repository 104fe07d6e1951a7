import { createHash } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';

interface Request {
  readonly body: string | Uint8Array;
  headers: Record<string, string>;
}

/**
 * Sends DeleteObjects with a Content-MD5, and without the checksum that the SDK takes since 2025. S3's own reference demanded the
 * one for twenty years, and other stores still do (OpenStack Swift); some refuse what they do not know of the other.
 */
export function sendContentMd5(client: S3Client): void {
  client.middlewareStack.add(
    (next, context) => (args) => {
      if (context.commandName !== 'DeleteObjectsCommand') return next(args);
      const request = args.request as Request;
      const kept = Object.entries(request.headers).filter(([name]) => !NEWER.test(name));
      const md5 = createHash('md5').update(request.body).digest('base64');
      request.headers = { ...Object.fromEntries(kept), 'content-md5': md5 };
      return next(args);
    },
    // behind the SDK's own checksum, before the signature
    { step: 'build', priority: 'low', name: 'sendContentMd5' },
  );
}

const NEWER = /^x-amz-(checksum-|sdk-checksum-algorithm$)/i;
