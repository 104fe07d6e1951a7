import { Versioning, type ProbeStoresResponse, type StoreProbe } from '@lethe/contracts';
import type { BucketTraits, ObjectStore } from '@lethe/object-store';
import { reasonsToRefuse } from './reasons.js';

const WITHIN_MS = 3_000;
const FRESH_MS = 10_000;

const VERSIONING = {
  none: Versioning.NONE,
  enabled: Versioning.ENABLED,
  suspended: Versioning.SUSPENDED,
  unknown: Versioning.UNSPECIFIED,
} as const;

/** However many ask, each store is asked once in `freshMs`, and nobody waits longer than `withinMs` for one that is away. */
export function probeStoresRpc(
  stores: readonly ObjectStore[],
  { withinMs = WITHIN_MS, freshMs = FRESH_MS } = {},
): () => Promise<ProbeStoresResponse> {
  let last: { readonly at: number; readonly answer: Promise<ProbeStoresResponse> } | undefined;
  return () => {
    if (last === undefined || performance.now() - last.at >= freshMs)
      last = { at: performance.now(), answer: probe(stores, withinMs) };
    return last.answer;
  };
}

async function probe(stores: readonly ObjectStore[], withinMs: number): Promise<ProbeStoresResponse> {
  const probes = stores.map(async (store) => toProbe(store.name, await store.describeBucket(withinMs)));
  return { stores: await Promise.all(probes) };
}

function toProbe(name: string, traits: BucketTraits): StoreProbe {
  return {
    name,
    reachable: traits.reachable,
    versioning: VERSIONING[traits.versioning],
    objectLock: traits.objectLock === 'unknown' ? undefined : traits.objectLock,
    mayRefuse: reasonsToRefuse(traits),
    probeTime: new Date(),
  };
}
