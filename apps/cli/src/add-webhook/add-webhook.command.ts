import type { Command } from 'commander';
import { WEBHOOK_SERVER_OPTION } from '../connection/webhook-sender.js';
import { notEmpty } from '../terminal/not-empty.js';
import type { Session } from '../terminal/session.js';
import { addWebhook } from './add-webhook.js';

interface Options {
  organization: string;
  url: string;
  event: string[];
  json?: true;
  server?: string;
}

export function addAddWebhook(webhook: Command, session: Session): void {
  webhook
    .command('add')
    .description('send an organization its events from now on; prints the secret, once')
    .requiredOption('--organization <id>', 'the organization', notEmpty)
    .requiredOption('--url <url>', 'where to: https, in the public internet', notEmpty)
    .requiredOption(
      '--event <type...>',
      'of what: workspace.deletion_scheduled, workspace.restored, workspace.hold_placed, workspace.hold_released, workspace.orphaned, workspace.purge_approaching, workspace.purge_started, workspace.purged',
    )
    .option('--json', 'print a JSON object')
    .option(...WEBHOOK_SERVER_OPTION)
    .action(async ({ organization, url, event, json, server }: Options) => {
      await addWebhook(session, { organization, url, events: event, json: json ?? false, server });
    });
}
