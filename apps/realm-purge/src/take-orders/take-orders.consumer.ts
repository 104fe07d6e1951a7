import { LIFECYCLE_STREAM, decodeEvent, isCanonicalUuid } from '@lethe/contracts';
import { createInboxConsumer } from '@lethe/inbox';
import { DONE, type Messaging, type Received } from '@lethe/messaging';
import type { Pool } from '@lethe/postgres';
import type { Component } from '@lethe/service';
import type { Logger, Metrics } from '@lethe/telemetry';
import { isOrganizationId } from '../requests.js';
import { recordHint } from './take-orders.sql.js';

/** Step 5: hears of a purge. Nothing is believed here; fence-realm asks. */
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
      await recordHint(tx, order);
      return DONE;
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
