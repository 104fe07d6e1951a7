import type { Command } from 'commander';
import { WEBHOOK_SERVER_OPTION, withWebhookSender } from '../connection/webhook-sender.js';
import { printJson, type Session } from '../terminal/session.js';
import { parseWebhookId } from '../webhook/ids.js';

export function addRemoveWebhook(webhook: Command, session: Session): void {
  webhook
    .command('remove')
    .description('send nothing there any more, and forget what was sent')
    .argument('<webhook-id>', 'as "webhook list" prints it', parseWebhookId)
    .option('--json', 'print a JSON object')
    .option(...WEBHOOK_SERVER_OPTION)
    .action(async (webhookId: string, { json, server }: { json?: true; server?: string }) => {
      await withWebhookSender(session, server, (caller) =>
        caller.unary((client) => client.deleteWebhook, { webhookId }),
      );
      if (json) printJson(session.output, { webhook_id: webhookId, removed: true });
      else session.output.write(`Removed webhook ${webhookId}\n`);
    });
}
