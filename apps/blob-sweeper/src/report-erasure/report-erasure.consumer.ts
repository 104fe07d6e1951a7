import { LIFECYCLE_STREAM } from '@lethe/contracts';
import { DONE, createConsumer, type Messaging } from '@lethe/messaging';
import type { Component } from '@lethe/service';
import type { Logger, Metrics } from '@lethe/telemetry';

/** Hears that a realm was purged, and rings the reporter's doorbell: what is to report, it asks the authority. */
export function realmPurgedConsumer(deps: {
  readonly messaging: Messaging;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly purged: () => void;
}): Component {
  return createConsumer({
    ...deps,
    stream: LIFECYCLE_STREAM.name,
    durable: 'blob-sweeper-realm-purged',
    subjects: ['lethe.*.*.realm.purged'],
    ackWaitMs: 30_000,
    concurrency: 16,
    handle: () => {
      deps.purged();
      return Promise.resolve(DONE);
    },
  });
}
