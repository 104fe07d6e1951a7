import type { StreamSpec } from '@lethe/contracts';
import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';

/** Creates the streams that are missing. What exists is left as an operator may have tuned it. Answers what it created. */
export async function ensureStreams(
  jsm: JetStreamManager,
  specs: readonly StreamSpec[],
  replicas: number,
): Promise<string[]> {
  const created: string[] = [];
  for (const spec of specs) {
    try {
      await jsm.streams.info(spec.name);
    } catch (error) {
      if (!(error instanceof JetStreamApiError) || error.code !== JetStreamApiCodes.StreamNotFound)
        throw error;
      await jsm.streams.add({
        name: spec.name,
        subjects: [...spec.subjects],
        retention: spec.retention === 'workqueue' ? RetentionPolicy.Workqueue : RetentionPolicy.Limits,
        storage: StorageType.File,
        // A full queue refuses new work, which its rows remember; a full history forgets its oldest.
        discard: spec.retention === 'workqueue' ? DiscardPolicy.New : DiscardPolicy.Old,
        max_age: nanos(spec.maxAgeMs),
        max_bytes: spec.maxBytes,
        num_replicas: replicas,
      });
      created.push(spec.name);
    }
  }
  return created;
}
