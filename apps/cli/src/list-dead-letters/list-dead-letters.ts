import type { DeadLetter } from '@lethe/contracts';
import { entriesOf, PAGE_SIZE } from '../connection/pages.js';
import { withWebhookSender } from '../connection/webhook-sender.js';
import { printList } from '../terminal/print-list.js';
import { printable, printableTime } from '../terminal/printable.js';
import type { Session } from '../terminal/session.js';

export interface ListOptions {
  readonly json: boolean;
  readonly server: string | undefined;
}

/** Prints the dead letters of an organization as their pages come; of all of them where it is empty. */
export async function listDeadLetters(
  session: Session,
  organizationId: string,
  { json, server }: ListOptions,
): Promise<void> {
  await withWebhookSender(session, server, async (caller) => {
    const list = (pageToken: string) =>
      caller.unary((client) => client.listDeadLetters, { organizationId, pageSize: PAGE_SIZE, pageToken });
    await printList(
      session,
      entriesOf(list, ({ deadLetters }) => deadLetters),
      { json, asJson, asText: asLine, none: 'No dead letters' },
    );
  });
}

const TYPE_WIDTH = 'workspace.deletion_scheduled'.length;

/** Each on a line of its own, in columns; what may be of any length stands last. */
function asLine(letter: DeadLetter): string {
  const columns = [
    `Delivery ${printable(letter.deliveryId)}`,
    `given_up=${letter.endTime ? printableTime(letter.endTime) : '-'}`,
    `event=${printable(letter.eventType).padEnd(TYPE_WIDTH)}`,
    `webhook=${printable(letter.webhookId)}`,
    `workspace=${printable(letter.workspaceId)}`,
    `attempts=${String(letter.attempts).padEnd(2)}`,
    `organization=${printable(letter.organizationId)}`,
    `reason=${printable(letter.reason)}`,
  ];
  return `${columns.join('  ')}\n`;
}

function asJson(letter: DeadLetter): Record<string, unknown> {
  const time = (at: Date | undefined) => (at === undefined ? null : printableTime(at));
  return {
    delivery_id: letter.deliveryId,
    webhook_id: letter.webhookId,
    organization_id: letter.organizationId,
    workspace_id: letter.workspaceId,
    event_type: letter.eventType,
    event_id: letter.eventId,
    event_time: time(letter.eventTime),
    attempts: letter.attempts,
    reason: letter.reason,
    end_time: time(letter.endTime),
  };
}
