import { createHash } from 'node:crypto';
import {
  PageOutcome,
  decodeEvent,
  unpackBlockIds,
  type BlocksReleased,
  type EncodedEvent,
} from '@lethe/contracts';
import type { Messaging } from '@lethe/messaging';
import { createAuthority, type Authority } from '@lethe/participant';
import type { Pool } from '@lethe/postgres';
import { findPurge, needAttention, type PurgeRow } from '../purge/purge.sql.js';
import type { StepResult, Steps } from '../purge/step.js';
import { settle, type Receipt, type SettleOutcome } from '../settle-pages/settle-pages.js';
import { createSteps } from '../steps.js';
import { letheStore } from '../store/lethe/lethe-store.js';
import { recordGrants, type GrantsRecorded } from '../take-orders/record-grants.js';
import { recordHint } from '../take-orders/take-orders.sql.js';
import type { ScriptedAuthority } from './scripted-authority.js';

/** A page as it was given to the queue, with a context. */
export type Given = BlocksReleased & { readonly context: NonNullable<BlocksReleased['context']> };

/** For tests: a purger without its loops, so that a test decides what happens when. */
export interface Purger {
  readonly pool: Pool;
  readonly authority: Authority;
  readonly steps: Steps;
  /** Every page that the queue has stored, in order. */
  readonly given: Given[];
  /** A hint of an order, from anybody. */
  order(realmId: string, epoch?: number, organizationId?: string): Promise<void>;
  /** What the reconciler does with all that is granted. */
  takeGrants(): Promise<GrantsRecorded>;
  purge(realmId: string): Promise<PurgeRow>;
  /** One step of one purge. */
  step(realmId: string): Promise<StepResult>;
  settle(receipt: Receipt): Promise<SettleOutcome>;
  /** Sweeps every page given since the last call and settles its receipt. */
  sweep(): Promise<SettleOutcome[]>;
  /** Steps and sweeps until the purge is in this state; stops at an attention. */
  drive(realmId: string, until: PurgeRow['state'] | 'reported'): Promise<PurgeRow>;
  close(): void;
}

export interface PurgerOptions {
  readonly pool: Pool;
  readonly script: ScriptedAuthority;
  readonly publish: Messaging['publish'];
  readonly windowPages?: number;
  readonly maxPagesInFlight?: number;
  readonly pageBlocks?: number;
  readonly uploadQuarantineSeconds?: number;
  readonly shredRows?: number;
  readonly countRows?: number;
}

export const RERELEASE_MS = 60_000;
const HOPE = 5_000;

export function createPurger({ pool, script, publish, ...options }: PurgerOptions): Purger {
  const authority = createAuthority(script.address, 'token', { keepMs: 0 });
  const given: Given[] = [];
  let swept = 0;
  const messaging = {
    async publish(event: EncodedEvent) {
      await publish(event);
      given.push(decodeEvent('realm.blocks_released', event.payload));
    },
  };
  const steps = createSteps({
    pool,
    store: letheStore,
    authority,
    messaging,
    windowPages: 4,
    maxPagesInFlight: 1_024,
    pageBlocks: 10,
    rereleaseMs: RERELEASE_MS,
    uploadQuarantineSeconds: 0,
    ...options,
  });
  const purger: Purger = {
    pool,
    authority,
    steps,
    given,
    async order(realmId, epoch = 1, organizationId = 'hinted') {
      await recordHint(pool, { organizationId, realmId, epoch });
    },
    takeGrants: () => recordGrants(pool, [...script.grants.values()]),
    async purge(realmId) {
      const purge = await findPurge(pool, realmId);
      if (purge === undefined) throw new Error('no purge');
      return purge;
    },
    async step(realmId) {
      const purge = await purger.purge(realmId);
      const result = await steps[purge.state](purge);
      if (result.kind === 'attention') await needAttention(pool, purge, result.reason);
      return result;
    },
    settle: (receipt) => settle(pool, letheStore, receipt),
    async sweep() {
      const outcomes: SettleOutcome[] = [];
      for (; swept < given.length; swept++)
        outcomes.push(await settle(pool, letheStore, receiptOf(given[swept] as Given)));
      return outcomes;
    },
    async drive(realmId, until) {
      for (let n = 0; n < HOPE; n++) {
        const purge = await purger.purge(realmId);
        const state = purge.report_time === null ? purge.state : 'reported';
        if (state === until || purge.attention !== null) return purge;
        await purger.step(realmId);
        await purger.sweep();
      }
      throw new Error(`the purge does not become ${until}`);
    },
    close: () => authority.close(),
  };
  return purger;
}

export const idsOf = (page: Given): string[] => unpackBlockIds(page.blockIds);

export const digestOf = (ids: readonly string[]): Buffer =>
  createHash('sha256')
    .update(Buffer.from(ids.join('').replaceAll('-', ''), 'hex'))
    .digest();

/** What a sweeper says of a page when everything of it is gone. */
export function receiptOf(page: Given, said: Partial<Receipt> = {}): Receipt {
  return {
    context: { ...page.context, eventId: crypto.randomUUID() },
    page: page.page,
    cut: page.cut,
    rowDigest: page.rowDigest,
    outcome: PageOutcome.VERIFIED,
    blocksSwept: page.blockIds.length / 16,
    blocksLeft: 0,
    reason: '',
    until: undefined,
    ...said,
  };
}

export const blockedReceiptOf = (page: Given, until?: Date): Receipt =>
  receiptOf(page, { outcome: PageOutcome.BLOCKED, blocksLeft: 1, reason: 'locked', until });
