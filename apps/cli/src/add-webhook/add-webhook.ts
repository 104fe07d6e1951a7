import { withWebhookSender } from '../connection/webhook-sender.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';
import { printJson, type Session } from '../terminal/session.js';
import { webhookJson, webhookPage } from '../webhook/webhook-page.js';

export interface AddWebhookOptions {
  readonly organization: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly json: boolean;
  readonly server: string | undefined;
}

/** Makes a webhook and prints it with its secret, which nobody can read again. */
export async function addWebhook(session: Session, options: AddWebhookOptions): Promise<void> {
  const { organization, url, events, json, server } = options;
  session.whenInterrupted =
    'The webhook may be there all the same, with a secret that nobody knows. Look with: lethe webhook list';
  const { webhook, secret } = await withWebhookSender(session, server, (caller) =>
    caller.unary((client) => client.createWebhook, {
      organizationId: organization,
      url,
      eventTypes: [...events],
    }),
  );
  if (webhook === undefined || secret === '')
    throw new Failure(
      EXIT.unexpected,
      'the webhook sender answered without the webhook and its secret: look with lethe webhook list',
    );
  if (json) printJson(session.output, { ...webhookJson(webhook), secret });
  else session.output.write(webhookPage(webhook, secret));
}
