import type { DeleteObjectsCommandInput, S3Client } from '@aws-sdk/client-s3';

interface Request {
  body: unknown;
}

/** What means itself in XML, in any encoding. */
const PLAIN = /^[\w./-]+$/;

/**
 * Writes the body of DeleteObjects, for whose thousand keys the SDK takes longer than for all the rest of the request. Only plain keys
 * and versions: where one would have to be escaped, it is for the SDK to write all of them.
 */
export function writeDeleteBody(client: S3Client): void {
  const bodies = new WeakMap<object, string>();
  client.middlewareStack.add(
    (next, context) => (args) => {
      const body = context.commandName === 'DeleteObjectsCommand' ? bodyOf(args.input) : undefined;
      if (body === undefined) return next(args);
      bodies.set(context, body);
      return next({ ...args, input: { ...args.input, Delete: { Objects: [] } } });
    },
    { step: 'serialize', priority: 'high', name: 'takeDeleted' },
  );
  client.middlewareStack.add(
    (next, context) => (args) => {
      const body = bodies.get(context);
      if (body !== undefined) (args.request as Request).body = body;
      return next(args);
    },
    // before its length, its checksum and the signature
    { step: 'build', priority: 'high', name: 'writeDeleted' },
  );
}

/** Undefined: some of it is not plain, or more is asked for than to delete objects. */
export function bodyOf(input: object): string | undefined {
  const { Objects, ...rest } = (input as DeleteObjectsCommandInput).Delete ?? {};
  if (Objects === undefined || Objects.length === 0 || Object.keys(rest).length > 0) return undefined;
  let xml = '<?xml version="1.0" encoding="UTF-8"?><Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">';
  for (const { Key = '', VersionId, ...more } of Objects) {
    if (!PLAIN.test(Key) || Object.keys(more).length > 0) return undefined;
    xml += '<Object><Key>' + Key;
    if (VersionId === undefined) xml += '</Key></Object>';
    else if (PLAIN.test(VersionId)) xml += '</Key><VersionId>' + VersionId + '</VersionId></Object>';
    else return undefined;
  }
  return xml + '</Delete>';
}
