import type { Command } from 'commander';
import { WEBHOOK_SERVER_OPTION } from '../connection/webhook-sender.js';
import type { Session } from '../terminal/session.js';
import {
  organizationOf,
  withOrganization,
  type OrganizationOptions,
} from '../webhook/organization-option.js';
import { listWebhooks } from './list-webhooks.js';

export function addListWebhooks(webhook: Command, session: Session): void {
  withOrganization(webhook.command('list').description('list webhooks, without their secrets'))
    .option('--json', 'print a JSON array')
    .option(...WEBHOOK_SERVER_OPTION)
    .action(async (options: OrganizationOptions & { json?: true; server?: string }, command: Command) => {
      const organization = organizationOf(options, command);
      await listWebhooks(session, organization, { json: options.json ?? false, server: options.server });
    });
}
