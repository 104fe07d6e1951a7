import { transaction, type Pool } from '@lethe/postgres';
import type { Logger, Metrics } from '@lethe/telemetry';
import { Webhook } from 'standardwebhooks';
import { judgeAttempt, type Judgement } from './judge-attempt.js';
import type { Answer } from './post.js';
import {
  disableWebhook,
  setAllDead,
  setDead,
  setDelivered,
  setFailed,
  type LeasedRow,
} from './send-deliveries.sql.js';

export interface Sending {
  readonly pool: Pool;
  readonly post: (url: string, headers: Readonly<Record<string, string>>, body: string) => Promise<Answer>;
  readonly now: () => Date;
  readonly random: () => number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export const LOOP = 'send-deliveries';

/**
 * One attempt: signs, sends, and records what came of it. If the record fails, or the process ends before it, the lease runs out and the
 * same is sent again, with the same webhook-id.
 */
export async function sendDelivery(sending: Sending, row: LeasedRow): Promise<void> {
  const { post, now, random } = sending;
  const answer = await post(row.url, signedHeaders(row, now()), row.body);
  const judgement = judgeAttempt(answer, row.attempts + 1, { now: now(), random: random() });
  await record(sending, row, judgement);
}

/** By the convention (Standard Webhooks). The id stays, time and signature are each attempt's own. */
function signedHeaders({ delivery_id: id, secret, body }: LeasedRow, now: Date): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': 'Lethe-Webhooks/1',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, now, body),
  };
}

async function record(
  { pool, logger, metrics }: Sending,
  row: LeasedRow,
  judgement: Judgement,
): Promise<void> {
  const { delivery_id: deliveryId, webhook_id: webhookId, organization_id: organizationId } = row;
  const about = { deliveryId, webhookId, organizationId };
  const count = (what: string, n = 1) => metrics.loopItems.inc({ loop: LOOP, count: what }, n);
  switch (judgement.kind) {
    case 'delivered':
      await setDelivered(pool, deliveryId);
      count('delivered');
      return;
    case 'retry': {
      const { reason, afterSeconds } = judgement;
      await setFailed(pool, deliveryId, row.lease_id, reason, afterSeconds);
      count('failed');
      logger.debug({ ...about, reason, afterSeconds }, 'a webhook was not taken, will be sent again');
      return;
    }
    case 'dead': {
      const { reason } = judgement;
      if (!(await setDead(pool, deliveryId, row.lease_id, reason))) return;
      count('dead');
      metrics.alarms.inc({ alarm: 'webhook_dead_letter' });
      logger.warn({ ...about, reason }, 'a webhook was given up, and is a dead letter');
      return;
    }
    case 'gone': {
      const { reason } = judgement;
      const dead = await transaction(pool, async (tx) =>
        (await disableWebhook(tx, webhookId)) ? setAllDead(tx, webhookId, reason) : undefined,
      );
      if (dead === undefined) return;
      count('dead', dead);
      metrics.alarms.inc({ alarm: 'webhook_disabled' });
      logger.warn({ ...about, reason, dead }, 'an endpoint is gone, and its webhook disabled');
    }
  }
}
