import type { DeletedObject, DeleteObjectsCommandOutput, ObjectIdentifier } from '@aws-sdk/client-s3';
import type { FailureKind, KeyFailure, ListingPage } from './object-store.js';

/** The answer was no answer to what was asked; nothing can be concluded from it. */
export class StoreAnswerError extends Error {
  override readonly name = 'StoreAnswerError';
}

/** The element that an answer must consist of, by the command. */
const ROOTS: Readonly<Record<string, string>> = {
  DeleteObjectsCommand: 'DeleteResult',
  ListObjectVersionsCommand: 'ListVersionsResult',
  ListMultipartUploadsCommand: 'ListMultipartUploadsResult',
  GetBucketVersioningCommand: 'VersioningConfiguration',
  GetObjectLockConfigurationCommand: 'ObjectLockConfiguration',
  GetObjectLegalHoldCommand: 'LegalHold',
  GetObjectRetentionCommand: 'Retention',
};

/**
 * Throws unless a 200 carries what was asked for. The client takes an empty body, or a listing of another kind (from a store that
 * does not know `?versions`), for a listing that found nothing: a leftover would pass as gone.
 */
export function checkRoot(commandName: string | undefined, body: Uint8Array): void {
  const expected = ROOTS[commandName ?? ''];
  if (expected === undefined) return;
  const start = Buffer.from(body.buffer, body.byteOffset, Math.min(1_024, body.byteLength)).toString();
  const root = /<([A-Za-z][\w:.-]*)/.exec(start)?.[1];
  if (root !== expected)
    throw new StoreAnswerError(`the store answered ${root ?? 'nothing'} instead of ${expected}`);
}

/** HTTP 200 proves nothing: whatever the answer does not name as deleted, by key and version, was not. */
export function unaccounted(
  asked: readonly ObjectIdentifier[],
  { Deleted = [], Errors = [] }: DeleteObjectsCommandOutput,
): KeyFailure[] {
  // Most stores answer in the order of the question, and then each answer is where it is looked for.
  const others = Errors.length > 0 ? asked : asked.filter((one, place) => !names(Deleted[place], one));
  if (others.length === 0) return [];
  const place = (key: string | undefined, version: string | undefined) => `${version ?? ''} ${key ?? ''}`;
  const deleted = new Set(Deleted.map(({ Key, VersionId }) => place(Key, VersionId)));
  const failed = new Map(
    Errors.map(({ Key, VersionId, Code }) => [place(Key, VersionId), Code ?? 'Unknown']),
  );
  return others.flatMap(({ Key, VersionId }) => {
    const code = failed.get(place(Key, VersionId)) ?? failed.get(place(Key, undefined));
    const failure = (why: string): KeyFailure[] => [
      { key: Key ?? '', versionId: VersionId, code: why, kind: failureKind(why) },
    ];
    if (code !== undefined && code !== 'NoSuchKey' && code !== 'NoSuchVersion') return failure(code);
    const named =
      deleted.has(place(Key, VersionId)) || deleted.has(place(Key, undefined)) || code !== undefined;
    return named ? [] : failure('Unanswered');
  });
}

/** An answer without a version speaks of whichever was asked for. */
const names = (answer: DeletedObject | undefined, { Key, VersionId }: ObjectIdentifier) =>
  answer !== undefined &&
  answer.Key === Key &&
  (answer.VersionId === VersionId || answer.VersionId === undefined);

const REFUSALS = new Set([
  'AccessDenied',
  'AccountProblem',
  'AllAccessDisabled',
  'InvalidAccessKeyId',
  'InvalidObjectState',
  'InvalidRequest',
  'MethodNotAllowed',
  'ObjectLocked',
  'OperationNotPermitted',
  'SignatureDoesNotMatch',
]);
const GONE = new Set(['NoSuchBucket', 'NoSuchUser', 'NotSignedUp']);
/** Of Swift, once: the object is gone, and parts of it are not. */
const REMAINS = new Set(['SLODeleteError']);

/** Codes that nobody knows ask for a further attempt: it costs little, and is bounded. */
export function failureKind(code: string): FailureKind {
  if (REMAINS.has(code)) return 'remains';
  if (REFUSALS.has(code)) return 'permission';
  return GONE.has(code) ? 'gone' : 'retry';
}

interface ListingAnswer {
  readonly Prefix?: string | undefined;
  readonly IsTruncated?: boolean | undefined;
}

/**
 * A listing as far as it can be believed. The items are in the store's order, so that a truncated one ended amid or behind the
 * last; where they are of one list, what the answer itself says of where to go on is not needed.
 */
export function listingOf<T extends { readonly key: string }>(
  prefix: string,
  { Prefix, IsTruncated }: ListingAnswer,
  items: readonly T[],
): ListingPage<T> {
  if (IsTruncated === undefined || Prefix !== prefix || items.some(({ key }) => !key.startsWith(prefix)))
    throw new StoreAnswerError('a listing of something else than was asked for');
  if (!IsTruncated) return { items, last: undefined };
  const last = items.at(-1)?.key;
  if (last === undefined) throw new StoreAnswerError('a truncated listing without an item');
  return { items, last };
}

/**
 * As much of a listing of versions as is whole. It is two lists in one, and a store may cut off each at its own place: where it says to
 * go on before the last item, it shows nothing of some keys between, and what is behind that place comes again. Throws where it would
 * go on at `after`, or before: nothing can be concluded from that.
 */
export function asFarAs<T extends { readonly key: string }>(
  { items, last }: ListingPage<T>,
  nextKeyMarker: string | undefined,
  after: string,
): ListingPage<T> {
  if (last === undefined || !nextKeyMarker || compareBytes(nextKeyMarker, last) >= 0) return { items, last };
  if (compareBytes(nextKeyMarker, after) <= 0) throw new StoreAnswerError('a listing that does not go on');
  return { items: items.filter(({ key }) => compareBytes(key, nextKeyMarker) <= 0), last: nextKeyMarker };
}

/**
 * Throws unless the keys ascend by their bytes, from the place behind which was asked: how far a listing speaks is concluded from its
 * last key. `longerFirst`: a key may also come after longer ones that begin with it, as Ceph and Swift list uploads.
 */
export function checkOrder(
  items: readonly { readonly key: string }[],
  after: string,
  longerFirst = false,
): void {
  let highest = after;
  for (const { key } of items)
    if (compareBytes(key, highest) >= 0) highest = key;
    else if (!longerFirst || !highest.startsWith(key))
      throw new StoreAnswerError('a listing that is not in order');
}

/** By the bytes of UTF-8, without making them. */
function compareBytes(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [one, other] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (one !== other) return rankOf(one) - rankOf(other);
  }
  return a.length - b.length;
}

/** Surrogates stand for what comes behind all else. */
const rankOf = (unit: number) => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit);

export function identified<Name extends string>(
  key: string | undefined,
  field: Name,
  id: string | undefined,
): { readonly key: string } & Readonly<Record<Name, string>> {
  if (key === undefined || id === undefined) throw new StoreAnswerError('a listing without a key or an id');
  return { key, [field]: id } as { key: string } & Record<Name, string>;
}

/** The versions and markers of one listing in the order of their keys: UTF-8's, as stores sort, not UTF-16's. */
export function inKeyOrder<T extends { readonly key: string }>(versions: T[], markers: T[]): T[] {
  if (markers.length === 0) return versions;
  const bytes = new Map([...versions, ...markers].map(({ key }) => [key, Buffer.from(key)]));
  const of = (item: T) => bytes.get(item.key) as Buffer;
  return [...versions, ...markers].sort((a, b) => Buffer.compare(of(a), of(b)));
}
