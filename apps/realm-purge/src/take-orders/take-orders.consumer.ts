import { LIFECYCLE_STREAM, decodeEvent, isCanonicalUuid, isOrganizationId } from '@lethe/contracts';
import { createInboxConsumer } from '@lethe/inbox';
import { DONE, retry, type Messaging, type Received } from '@lethe/messaging';
import type { Pool } from '@lethe/postgres';
import type { Component } from '@lethe/service';
import type { Logger, Metrics } from '@lethe/telemetry';
import { mustWait, recordHint } from './take-orders.sql.js';

const WAIT_MS = 1_000;

/**
 * Step 5: hears of a purge. Nothing is believed here; fence-realm asks. A hint that finds one of another epoch before it comes
 * again once that is decided: a forged one takes a second from the true one, and not its effect.
 */
export function takeOrdersConsumer(deps: {
  readonly pool: Pool;
  readonly messaging: Messaging;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly ordered: () => void;
}): Component {
  return createInboxConsumer({
    ...deps,
    stream: LIFECYCLE_STREAM.name,
    durable: 'realm-purge-orders',
    subjects: ['lethe.*.*.workspace.purge_started'],
    ackWaitMs: 30_000,
    concurrency: 16,
    decode,
    effect: async (tx, order) => {
      if ((await recordHint(tx, order)) || !(await mustWait(tx, order))) return DONE;
      return retry(WAIT_MS, 'an order of another epoch is not decided yet');
    },
    afterwards: deps.ordered,
  });
}

function decode({ data }: Received) {
  const {
    organizationId,
    workspaceId: realmId,
    epoch,
  } = decodeEvent('workspace.purge_started', data).context;
  if (!isCanonicalUuid(realmId)) throw new RangeError('the workspace id is no UUID');
  if (!Number.isSafeInteger(epoch) || epoch < 1) throw new RangeError('the epoch is no positive number');
  if (!isOrganizationId(organizationId)) throw new RangeError('the organization id is none');
  return { organizationId, realmId, epoch };
}
