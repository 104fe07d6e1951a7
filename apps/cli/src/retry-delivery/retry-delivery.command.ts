import type { Command } from 'commander';
import { WEBHOOK_SERVER_OPTION, withWebhookSender } from '../connection/webhook-sender.js';
import { printJson, type Session } from '../terminal/session.js';
import { parseDeliveryId } from '../webhook/ids.js';

export function addRetryDelivery(webhook: Command, session: Session): void {
  webhook
    .command('retry')
    .description('take a dead letter up again, with all its attempts')
    .argument('<delivery-id>', 'as "webhook dead-letters" prints it', parseDeliveryId)
    .option('--json', 'print a JSON object')
    .option(...WEBHOOK_SERVER_OPTION)
    .action(async (deliveryId: string, { json, server }: { json?: true; server?: string }) => {
      await withWebhookSender(session, server, (caller) =>
        caller.unary((client) => client.retryDelivery, { deliveryId }),
      );
      if (json) printJson(session.output, { delivery_id: deliveryId, state: 'pending' });
      else session.output.write(`Delivery ${deliveryId} is pending again\n`);
    });
}
