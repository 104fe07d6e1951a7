import { randomUUID } from 'node:crypto';
import {
  DeleteObjectCommand,
  HeadObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import {
  failure,
  findingOfClock,
  findingOfIdentity,
  ok,
  STORE_TRIALS,
  unknown,
  warning,
  type StoreFinding,
  type TrialName,
} from './examination.js';
import { STORE_MARKERS, type ObjectStore } from './object-store.js';
import { askBucketTraits } from './s3-bucket-traits.js';
import type { BoundedClient } from './s3-client.js';
import { abortMissing, deleteMissing } from './s3-examine-deletions.js';
import { isRefusal, missing, RIGHTS, statusOf } from './s3-examine-rights.js';
import { findingsOfLocks, findingsOfTraits } from './s3-examine-traits.js';

const REQUEST_KEYS = 1_000;
const TRAITS_MS = 10_000;

type Examined = Pick<ObjectStore, 'id' | 'identities' | 'listVersions' | 'listUploads' | 'deleteVersions'>;

/**
 * Tries out what a bucket does and what its keys may: what a purge needs, and what they should not be able to. Each trial ends in a
 * finding, whatever happens. What the trials put, should the keys allow it, is deleted again, or the finding names it.
 */
export async function examineBucket(
  store: Examined,
  { send }: Pick<BoundedClient, 'send'>,
  Bucket: string,
  now: () => Date,
): Promise<StoreFinding[]> {
  const asking = await askBucketTraits({ send }, Bucket, TRAITS_MS);
  const byKey = asking.traits.versioning === 'none';
  const asked: Promise<StoreFinding[]>[] = [
    trial('IDENTITY', async () => findingOfIdentity(store.id, await store.identities())),
    trial('LIST', async () => {
      await send(new ListObjectsV2Command({ Bucket, Prefix: STORE_MARKERS, MaxKeys: 1 }));
      return ok('LIST', 'objects can be listed');
    }),
    trial('LIST_VERSIONS', async () => {
      await store.listVersions(STORE_MARKERS, '');
      return ok('LIST_VERSIONS', 'versions and delete markers can be listed');
    }),
    trial('LIST_UPLOADS', async () => {
      await store.listUploads(STORE_MARKERS, '');
      return ok('LIST_UPLOADS', 'unfinished uploads can be listed');
    }),
    trial('ABORT_UPLOAD', () => abortMissing(send, Bucket)),
    Promise.resolve(findingsOfTraits(asking)),
    findingsOfLocks(asking, send, { Bucket, Key: STORE_MARKERS + store.id }),
    trial('DELETE', () => deleteMissing(send, Bucket, { what: 'DELETE', count: byKey ? 2 : 1, byKey })),
    trial('DELETE_LIMIT', () =>
      deleteMissing(send, Bucket, { what: 'DELETE_LIMIT', count: REQUEST_KEYS, byKey }),
    ),
    trial('READ', () => read(send, Bucket, store.id)),
    trial('CLOCK', async () => findingOfClock(await dateOf(send, Bucket), now())),
    putAndDelete(store, send, Bucket),
  ];
  return (await Promise.all(asked)).flat();
}

async function trial(what: TrialName, run: () => Promise<StoreFinding>): Promise<StoreFinding[]> {
  try {
    return [await run()];
  } catch (error) {
    const message = `${missing(codeOf(error), RIGHTS[what])}${hintOf(error)}`;
    return [what === 'CLOCK' || what === 'READ' ? unknown(what, message) : failure(what, message)];
  }
}

/** The right to ask for an object's head is the right to read it. */
async function read(send: BoundedClient['send'], Bucket: string, id: string): Promise<StoreFinding> {
  try {
    await send(new HeadObjectCommand({ Bucket, Key: STORE_MARKERS + id }));
    return warning('READ', 'the keys can read objects, and need not');
  } catch (error) {
    return isRefusal(error) ? ok('READ', 'the keys cannot read objects') : unknown('READ', codeOf(error));
  }
}

/** Only keys that can put can show the rest; those that should be used cannot. */
async function putAndDelete(
  store: Examined,
  send: BoundedClient['send'],
  Bucket: string,
): Promise<StoreFinding[]> {
  const Key = `${STORE_TRIALS}${randomUUID()}`;
  const untried = 'not tried: the keys cannot put, as it should be';
  try {
    await send(new PutObjectCommand({ Bucket, Key, Body: 'trial' }));
  } catch (error) {
    const put = isRefusal(error) ? ok('PUT', 'the keys cannot put') : unknown('PUT', codeOf(error));
    return [put, unknown('CONDITIONAL_DELETE', untried), unknown('READ_BACK', untried)];
  }
  const put = warning('PUT', 'the keys can put objects, and should not be able to');
  const before = await store.listVersions(Key, '').catch(() => undefined);
  const conditional = await trial('CONDITIONAL_DELETE', () => deleteIfOther(send, Bucket, Key));
  const readBack = await trial('READ_BACK', async () => {
    // The condition may have been ignored: whatever is there now, markers too.
    const failed = await store.deleteVersions((await store.listVersions(Key, '')).items);
    const left = (await store.listVersions(Key, '')).items;
    if (left.length > 0)
      return failure('READ_BACK', `${Key} is still listed: ${failed[0]?.code ?? 'no reason'}`);
    return before?.items.length === 1
      ? ok('READ_BACK', 'what was put was listed, and is not listed after its deletion')
      : failure('READ_BACK', `${Key} was put and not listed`);
  });
  return [put, ...conditional, ...readBack];
}

async function deleteIfOther(
  send: BoundedClient['send'],
  Bucket: string,
  Key: string,
): Promise<StoreFinding> {
  try {
    await send(new DeleteObjectCommand({ Bucket, Key, IfMatch: '"00000000000000000000000000000000"' }));
    return warning('CONDITIONAL_DELETE', 'a condition that does not hold is ignored; none is ever relied on');
  } catch (error) {
    const status = statusOf(error);
    if (status === 412) return ok('CONDITIONAL_DELETE', 'a condition that does not hold is refused');
    return unknown('CONDITIONAL_DELETE', codeOf(error));
  }
}

async function dateOf(send: BoundedClient['send'], Bucket: string): Promise<Date> {
  let date: string | undefined;
  const command = new HeadBucketCommand({ Bucket });
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      date = (result.response as { headers?: Record<string, string> }).headers?.['date'];
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'readDate' },
  );
  await send(command);
  if (date === undefined || Number.isNaN(Date.parse(date))) throw new Error('the store tells no time');
  return new Date(date);
}

const codeOf = (error: unknown) => (error as Error).name;

/** Stores that want a digest of the request say so in one of these. */
function hintOf(error: unknown): string {
  const wantsDigest = /md5|digest/i.test(`${(error as Error).name} ${(error as Error).message}`);
  return wantsDigest ? ': set contentMd5 for this store' : '';
}
