import { blockKey, isCanonicalUuid } from '@lethe/contracts';
import type { ObjectStore } from '@lethe/object-store';
import { isBehind } from './store-order.js';

/** An unfinished upload under the key of a block. */
export interface BlockUpload {
  readonly id: string;
  /** In milliseconds; NaN: nobody knows. */
  readonly begun: number;
}

/**
 * The unfinished uploads under keys of blocks behind the id `after`, in the store's order, and without a gap between those of one key.
 * A key with more than a listing shows has them without a time: any of them may be young. Those under other keys are passed over.
 * Rejects when the store fails, or its listing does not go on.
 */
export async function* listedUploads(
  store: Pick<ObjectStore, 'listUploads'>,
  organizationId: string,
  after: string | undefined,
): AsyncGenerator<BlockUpload> {
  const prefix = `${organizationId}/`;
  const keyOf = (id: string) => blockKey(organizationId, id);
  let whole = after;
  let place = after === undefined ? '' : behind(keyOf(after));
  const goOn = createPlace(place);
  for (;;) {
    const { items, last } = await store.listUploads(prefix, place);
    // A listing that broke off at this key, or at a longer one that begins with it, may lack some of it: Ceph lists `a.1` before `a`.
    const [begins] = last === undefined ? [] : blockIn(last.slice(prefix.length, prefix.length + ID_LENGTH));
    const broken = begins === whole ? undefined : begins;
    for (const { key, initiated } of items)
      for (const id of blockIn(key.slice(prefix.length)))
        if (id !== whole && id !== broken) yield { id, begun: initiated.getTime() };
    if (last === undefined) return;
    if (broken !== undefined) {
      yield* lookUp(store, keyOf(broken), broken);
      whole = broken;
    }
    const seen = items.map(({ key }) => key);
    place = broken === undefined ? goOn(last, seen) : goOn(behind(keyOf(broken)), []);
  }
}

const ID_LENGTH = 36;

/** Told a key itself, Ceph shows its uploads again. No block's key lies between. */
const behind = (key: string) => `${key}/`;

const blockIn = (name: string): string[] => (isCanonicalUuid(name) ? [name] : []);

async function* lookUp(
  store: Pick<ObjectStore, 'listUploads'>,
  key: string,
  id: string,
): AsyncGenerator<BlockUpload> {
  const { items, last } = await store.listUploads(key, '');
  for (const item of items)
    if (item.key === key) yield { id, begun: last === undefined ? item.initiated.getTime() : NaN };
}

/**
 * Answers the place to go on behind, and throws unless that is further on. A store that lists a key behind longer ones which begin with
 * it, as Ceph and Swift do, is told a place behind these: else it goes back to them.
 */
function createPlace(first: string): (last: string, seen: readonly string[]) => string {
  let [furthest, shortest] = [first, Infinity];
  return (last, seen) => {
    for (const key of seen) if (key !== last && isBehind(key, furthest)) furthest = key;
    const further = [last, behind(last)].find((one) => isBehind(one, furthest));
    // Swift lists `a` behind `a/1`, and is told the key itself; no key twice without anything behind it.
    if (further === undefined && (!furthest.startsWith(last) || last.length >= shortest))
      throw new Error('a listing does not go on');
    furthest = further ?? furthest;
    shortest = further === undefined ? last.length : Infinity;
    return further ?? last;
  };
}
