export interface WebhookRow {
  readonly webhook_id: string;
  readonly organization_id: string;
  readonly url: string;
  readonly event_types: string[];
  readonly create_time: Date;
  readonly disable_time: Date | null;
}

/** All of a webhook but its secret. */
export const WEBHOOK = `webhook_id, organization_id, url, event_types, create_time, disable_time`;
