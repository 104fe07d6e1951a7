import type { EventType } from '@lethe/contracts';

/** What a webhook can hear of, in the order of the journey: what happens to a workspace, and nothing of how its purge goes on. */
export const WEBHOOK_EVENTS = [
  'workspace.deletion_scheduled',
  'workspace.restored',
  'workspace.hold_placed',
  'workspace.hold_released',
  'workspace.orphaned',
  'workspace.purge_approaching',
  'workspace.purge_started',
  'workspace.purged',
] as const satisfies readonly EventType[];

export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

export const isWebhookEvent = (type: string | undefined): type is WebhookEvent =>
  WEBHOOK_EVENTS.some((known) => known === type);
