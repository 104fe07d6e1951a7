import {
  Judgement,
  type ExamineStoresRequest,
  type ExamineStoresResponse,
  type StoreFinding as Finding,
} from '@lethe/contracts';
import type { ObjectStore, StoreFinding } from '@lethe/object-store';
import { storeNotFound } from '../requests.js';

const JUDGEMENTS = {
  ok: Judgement.OK,
  warning: Judgement.WARNING,
  failure: Judgement.FAILURE,
  unknown: Judgement.UNKNOWN,
} as const;

/** Tries out the stores of the configuration, or one of them; one examination at a time, however many ask. */
export function examineStoresRpc(
  stores: readonly ObjectStore[],
  now: () => Date,
): (request: ExamineStoresRequest) => Promise<ExamineStoresResponse> {
  let last: Promise<unknown> = Promise.resolve();
  return async ({ store: name }) => {
    const asked = stores.filter((store) => name === '' || store.name === name);
    if (asked.length === 0) throw storeNotFound('No store of this name is configured');
    const examined = last.then(async () => ({
      stores: await Promise.all(asked.map((s) => examine(s, now))),
    }));
    last = examined.catch(() => undefined);
    return examined;
  };
}

async function examine(
  store: ObjectStore,
  now: () => Date,
): Promise<ExamineStoresResponse['stores'][number]> {
  const findings = (await store.examine(now)).map(toFinding);
  return { name: store.name, storeId: store.id, kind: store.kind, place: store.place, findings, time: now() };
}

const toFinding = ({ what, judgement, message }: StoreFinding): Finding => ({
  what,
  judgement: JUDGEMENTS[judgement],
  message,
});
