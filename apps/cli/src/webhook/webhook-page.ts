import type { Webhook } from '@lethe/contracts';
import { printable, printableFields, printableTime } from '../terminal/printable.js';

/** A webhook, to be read by a person. The secret only where it was just made. */
export function webhookPage(webhook: Webhook, secret?: string): string {
  const { createTime, disableTime } = webhook;
  const state = disableTime === undefined ? 'in use' : 'disabled: its endpoint is gone';
  const fields = printableFields([
    ['organization', webhook.organizationId],
    ['url', webhook.url],
    ...webhook.eventTypes.map((type) => ['event', type] as const),
    ['created', createTime && printableTime(createTime)],
    ['disabled', disableTime && printableTime(disableTime)],
    ['secret', secret],
  ]);
  return `Webhook ${printable(webhook.webhookId)}, ${state}\n${fields}`;
}

/** The same for scripts; null for what is not there. */
export function webhookJson(webhook: Webhook): Record<string, unknown> {
  const time = (at: Date | undefined) => (at === undefined ? null : printableTime(at));
  return {
    webhook_id: webhook.webhookId,
    organization_id: webhook.organizationId,
    url: webhook.url,
    event_types: webhook.eventTypes,
    create_time: time(webhook.createTime),
    disable_time: time(webhook.disableTime),
  };
}
