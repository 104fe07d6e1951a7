import { entriesOf, PAGE_SIZE } from '../connection/pages.js';
import { withWebhookSender } from '../connection/webhook-sender.js';
import { printList } from '../terminal/print-list.js';
import type { Session } from '../terminal/session.js';
import { webhookJson, webhookPage } from '../webhook/webhook-page.js';

export interface ListOptions {
  readonly json: boolean;
  readonly server: string | undefined;
}

/** Prints the webhooks of an organization as their pages come; of all of them where it is empty. */
export async function listWebhooks(
  session: Session,
  organizationId: string,
  { json, server }: ListOptions,
): Promise<void> {
  await withWebhookSender(session, server, async (caller) => {
    const list = (pageToken: string) =>
      caller.unary((client) => client.listWebhooks, { organizationId, pageSize: PAGE_SIZE, pageToken });
    await printList(
      session,
      entriesOf(list, ({ webhooks }) => webhooks),
      { json, asJson: webhookJson, asText: (webhook) => webhookPage(webhook), none: 'No webhooks' },
    );
  });
}
