/** A JetStream stream of Lethe. Retention: `workqueue` keeps a message until it is acknowledged, `limits` until it is old. */
export interface StreamSpec {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly retention: 'limits' | 'workqueue';
  readonly maxAgeMs: number;
  readonly maxBytes: number;
}

const DAY_MS = 86_400_000;
const MIB = 1 << 20;

/** Everything subscribers may hear of, a week of it. */
export const LIFECYCLE_STREAM: StreamSpec = {
  name: 'LETHE_LIFECYCLE',
  subjects: [
    'lethe.*.*.workspace.*',
    'lethe.*.*.realm.purged',
    'lethe.*.*.realm.purge_blocked',
    'lethe.*.*.realm.purge_resumed',
  ],
  retention: 'limits',
  maxAgeMs: 7 * DAY_MS,
  maxBytes: 256 * MIB,
};

/** Block pages on their way to a sweeper. Bounded: what does not fit is released again from its rows. */
export const BLOCKS_STREAM: StreamSpec = {
  name: 'LETHE_BLOCKS',
  subjects: ['lethe.*.*.realm.blocks_released'],
  retention: 'workqueue',
  maxAgeMs: DAY_MS,
  maxBytes: 256 * MIB,
};

/** Receipts on their way back. */
export const RECEIPTS_STREAM: StreamSpec = {
  name: 'LETHE_RECEIPTS',
  subjects: ['lethe.*.*.realm.blocks_swept'],
  retention: 'workqueue',
  maxAgeMs: DAY_MS,
  maxBytes: 64 * MIB,
};

export const STREAMS: readonly StreamSpec[] = [LIFECYCLE_STREAM, BLOCKS_STREAM, RECEIPTS_STREAM];
