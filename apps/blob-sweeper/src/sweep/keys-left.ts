import type { FailureKind, KeyFailure, ObjectStore, VersionLock } from '@lethe/object-store';

/** What is left under the keys after a sweep of one store, by reading back, or because their deletion failed unseen. */
export interface KeysLeft {
  readonly keys: ReadonlySet<string>;
  /** Of how many of them no listing showed anything; none where it is not said. */
  readonly unseen?: number;
  /** Of how many of them the store says that something stays which it no longer shows; none where it is not said. */
  readonly remains?: number;
  /** Why, worst first, with how many keys each: "3 blocked until 2027-01-01T00:00:00Z, 1 AccessDenied". */
  readonly reason: string;
  /** The worst. `blocked`: by a retention or a hold. */
  readonly kind: LeftKind;
  /**
   * When the last of the locks ends, where nothing but locks is in the way; undefined where one has no end that is known, or anything
   * is left for another reason: a further attempt may do that sooner.
   */
  readonly until: Date | undefined;
}

export type LeftKind = FailureKind | 'blocked';

/** Worst first: what nobody can do anything about for the longest. */
const KINDS: readonly LeftKind[] = ['remains', 'gone', 'blocked', 'permission', 'retry'];
/** So many versions are asked for their lock, so many at once: one of each key at least, for a page has no more of them. */
const QUESTIONS = 1_000;
const AT_ONCE = 16;
const CODE_LENGTH = 64;

/** Why one key is left. `until`: undefined where a lock has no end that is known. */
interface Reason {
  readonly kind: LeftKind;
  readonly code: string;
  readonly until?: Date | undefined;
}

interface Refused {
  readonly key: string;
  readonly versionId: string;
  readonly code: string;
}

/**
 * Asks for the locks of what was refused, and puts together why keys are left. A lock that is over at `now` is none. A version that is
 * not asked about counts as the lock of another version of its key, else as refused: the page comes back when that lock ends, and asks
 * anew. Rejects only when `signal` aborts.
 */
export async function whyLeft(
  store: Pick<ObjectStore, 'lockOf'>,
  keys: ReadonlySet<string>,
  failures: Iterable<KeyFailure>,
  now: Date,
  signal: AbortSignal,
): Promise<KeysLeft> {
  const reasons = new Map<string, Reason>();
  let onlyLocks = true;
  const note = (key: string, reason: Reason) => {
    const had = reasons.get(key);
    if (keys.has(key) && reason.kind !== 'blocked') onlyLocks = false;
    if (keys.has(key)) reasons.set(key, had ? worseOf(had, reason) : reason);
  };
  const refused: Refused[] = [];
  for (const { key, versionId, code, kind } of failures)
    if (kind === 'permission' && versionId !== undefined && keys.has(key))
      refused.push({ key, versionId, code });
    else note(key, { kind, code });
  const locked = new Set<string>();
  const ordered = oneOfEachKeyFirst(refused);
  const asked = ordered.slice(0, QUESTIONS);
  for (let at = 0; at < asked.length; at += AT_ONCE) {
    signal.throwIfAborted();
    const some = asked.slice(at, at + AT_ONCE);
    const locks = await Promise.all(some.map((version) => lockOf(store, version)));
    some.forEach(({ key, code }, i) => {
      const lock = locks[i];
      const lasts = lock && (lock.until === undefined || lock.until > now);
      if (lasts) locked.add(key);
      note(
        key,
        lasts ? { kind: 'blocked', code: 'Locked', until: lock.until } : { kind: 'permission', code },
      );
    });
  }
  for (const { key, code } of ordered.slice(QUESTIONS))
    if (!locked.has(key)) note(key, { kind: 'permission', code });
  for (const key of keys) if (!reasons.has(key)) note(key, { kind: 'retry', code: 'StillThere' });
  return summary(keys, [...reasons.values()], onlyLocks);
}

function oneOfEachKeyFirst(refused: readonly Refused[]): Refused[] {
  const seen = new Set<string>();
  const [first, others]: [Refused[], Refused[]] = [[], []];
  for (const version of refused) {
    (seen.has(version.key) ? others : first).push(version);
    seen.add(version.key);
  }
  return [...first, ...others];
}

/** A store that does not say has no lock that is known. */
async function lockOf(
  store: Pick<ObjectStore, 'lockOf'>,
  version: { readonly key: string; readonly versionId: string },
): Promise<VersionLock | undefined> {
  try {
    return await store.lockOf(version);
  } catch {
    return undefined;
  }
}

const rank = ({ kind }: Reason) => KINDS.indexOf(kind);

/** Of two locks the one that lasts longer; no end that is known is the longest. */
function worseOf(one: Reason, other: Reason): Reason {
  if (rank(one) !== rank(other)) return rank(one) < rank(other) ? one : other;
  if (one.kind !== 'blocked') return one;
  return one.until === undefined || (other.until && other.until <= one.until) ? one : other;
}

function summary(keys: ReadonlySet<string>, reasons: readonly Reason[], onlyLocks: boolean): KeysLeft {
  const worst = [...reasons].sort((a, b) => rank(a) - rank(b))[0] as Reason;
  const locks = reasons.filter(({ kind }) => kind === 'blocked');
  const lastLock = lastOf(locks);
  const counts = new Map<string, number>();
  for (const kind of KINDS)
    for (const reason of reasons)
      if (reason.kind === kind) {
        const text = kind === 'blocked' ? blockedText(lastLock) : reason.code.slice(0, CODE_LENGTH);
        counts.set(text, (counts.get(text) ?? 0) + 1);
      }
  const parts = [...counts].map(([text, count]) => `${count} ${text}`);
  const remains = reasons.filter(({ kind }) => kind === 'remains').length;
  const until = onlyLocks ? lastLock : undefined;
  return { keys, reason: parts.join(', '), kind: worst.kind, until, remains };
}

function lastOf(locks: readonly Reason[]): Date | undefined {
  if (locks.some(({ until }) => until === undefined)) return undefined;
  const times = locks.map(({ until }) => (until as Date).getTime());
  return times.length === 0 ? undefined : new Date(times.reduce((a, b) => Math.max(a, b)));
}

const blockedText = (until: Date | undefined) =>
  until === undefined
    ? 'blocked until a hold is lifted'
    : `blocked until ${until.toISOString().replace(/\.\d+/, '')}`;
