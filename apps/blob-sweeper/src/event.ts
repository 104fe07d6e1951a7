import { randomUUID } from 'node:crypto';
import { encodeEvent, type BlocksSwept, type EncodedEvent } from '@lethe/contracts';

/** The receipt for a page. */
export function receiptEvent(
  of: { readonly organizationId: string; readonly workspaceId: string; readonly epoch: number },
  time: Date,
  body: Omit<BlocksSwept, 'context'>,
): EncodedEvent {
  const { organizationId, workspaceId, epoch } = of;
  const context = { eventId: randomUUID(), organizationId, workspaceId, epoch, time };
  return encodeEvent('realm.blocks_swept', 'lethe/blob-sweeper', { ...body, context });
}
