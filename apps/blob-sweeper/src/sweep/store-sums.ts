import type { StoreEvidence } from '@lethe/contracts';
import type { LedgerRow, StoreOutcome } from './ledger.sql.js';

/** What one store held of all verified pages so far. */
interface Sum {
  readonly evidence: StoreEvidence;
  readonly pages: number;
}

export interface StoreSums {
  add(page: Pick<LedgerRow, 'swept' | 'outcomes'>): void;
  /**
   * The stores that every page was read back on, by name. `elsewhere`: pages of which that is not known for a store that holds blocks
   * still, as far as `isRetired` does not say otherwise, or for one of the `required`, which no page may ever have been looked for on. A
   * store that is retired stands there only if every page was read back on it. Each has the name that `nameOf` knows, or else its last.
   */
  result(
    isRetired: (storeId: string) => boolean,
    required: readonly string[],
    nameOf: (storeId: string) => string | undefined,
  ): { byStore: StoreEvidence[]; elsewhere: number };
}

/** Sums pages up by the stores' ids: names change hands. Holds one sum for each store. */
export function createStoreSums(): StoreSums {
  const sums = new Map<string, Sum>();
  let [pages, unknown] = [0, 0];
  return {
    add({ swept, outcomes }) {
      pages += 1;
      if (outcomes.length === 0 || outcomes.some(({ found, missing }) => found + missing !== swept))
        unknown += 1;
      // What showed blocks again was read back, and they were there.
      for (const outcome of outcomes)
        if (outcome.left === 0) sums.set(outcome.storeId, plus(sums.get(outcome.storeId), outcome));
    },
    result(isRetired, required, nameOf) {
      const all = [...sums.values()];
      const partial = all.filter((sum) => sum.pages < pages && !isRetired(sum.evidence.storeId));
      const whole = all
        .filter((sum) => sum.pages === pages)
        .map(({ evidence }) => ({ ...evidence, store: nameOf(evidence.storeId) ?? evidence.store }));
      const namesake = ({ store, storeId }: StoreEvidence) =>
        isRetired(storeId) && whole.some((other) => other.store === store && other.storeId !== storeId);
      return {
        byStore: whole.filter((one) => !namesake(one)).sort((a, b) => (a.store < b.store ? -1 : 1)),
        elsewhere: Math.max(
          unknown,
          ...partial.map((sum) => pages - sum.pages),
          ...required.map((storeId) => pages - (sums.get(storeId)?.pages ?? 0)),
        ),
      };
    },
  };
}

function plus(sum: Sum | undefined, outcome: StoreOutcome): Sum {
  const { store, storeId, kind, found, missing, versions, uploads, readBack } = outcome;
  const had = sum?.evidence;
  return {
    pages: (sum?.pages ?? 0) + 1,
    evidence: {
      store,
      storeId,
      kind,
      keysFound: (had?.keysFound ?? 0) + found,
      keysMissing: (had?.keysMissing ?? 0) + missing,
      versionsDeleted: (had?.versionsDeleted ?? 0) + versions,
      uploadsAborted: (had?.uploadsAborted ?? 0) + uploads,
      readBack: [...new Set([...(had?.readBack ?? []), ...readBack])].sort(),
    },
  };
}
