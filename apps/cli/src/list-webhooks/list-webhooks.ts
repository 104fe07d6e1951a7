import { PAGE_SIZE, pages } from '../connection/pages.js';
import { withWebhookSender } from '../connection/webhook-sender.js';
import { createJsonArray, print } from '../terminal/print.js';
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
  const array = json ? createJsonArray(session) : undefined;
  let none = true;
  await withWebhookSender(session, server, async (caller) => {
    const list = (pageToken: string) =>
      caller.unary((client) => client.listWebhooks, { organizationId, pageSize: PAGE_SIZE, pageToken });
    for await (const { webhooks } of pages(list)) {
      none &&= webhooks.length === 0;
      await (array
        ? array.add(webhooks.map(webhookJson))
        : print(session, webhooks.map((webhook) => webhookPage(webhook)).join('')));
      if (session.signal.aborted) return;
    }
    if (array) await array.end();
    else if (none) await print(session, 'No webhooks\n');
  });
}
