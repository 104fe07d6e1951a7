import type { EncodedEvent } from '@lethe/contracts';
import { OUTBOX_CHANNEL } from '@lethe/outbox';
import { maybeOne, one, type Queryable } from '@lethe/postgres';
import { ACTION, CONTEXT } from '../audit/audit.js';
import type { DeletionRow } from '../deletion/deletion.sql.js';
import { FACTS, type FactsRow } from '../workspace/workspace.sql.js';

/** Everything that a deletion looks at, as of one moment of this database's clock. What is not there is null. */
export interface DeletionFactsRow extends Omit<FactsRow, 'state'> {
  readonly organization_id: string | null;
  readonly org_role: number;
  readonly validated: boolean;
  readonly state: FactsRow['state'] | null;
  readonly kept_request: string | null;
  readonly kept_answer: unknown;
  readonly delete_time: Date;
  /** Null: the organization has no policy, so never purged. */
  readonly purge_time: Date | null;
  readonly purge_mode: 'automatic' | 'manual' | null;
  readonly sweep_delay_seconds: number | null;
  readonly sweep_time: Date | null;
}

export function readDeletionFacts(
  db: Queryable,
  caller: { readonly userId: string; readonly organizationId: string },
  workspaceId: string | undefined,
  idempotencyKey: string,
): Promise<DeletionFactsRow> {
  return one<DeletionFactsRow>(
    db,
    `select caller.organization_id, caller.org_role, caller.validated,
            kept.request as kept_request, kept.answer as kept_answer,
            clock.delete_time, clock.delete_time + make_interval(secs => policy.grace_seconds) as purge_time, policy.purge_mode,
            policy.sweep_delay_seconds,
            clock.delete_time + make_interval(secs => policy.grace_seconds + policy.sweep_delay_seconds) as sweep_time,
            ${FACTS}
       from (select clock_timestamp()::timestamptz(3) as delete_time) clock
       left join account caller on caller.user_id = $1 and caller.revoke_time is null and ($2 = '' or caller.organization_id = $2)
       left join (kept_answer kept join workspace asked using (workspace_id))
              on kept.user_id = caller.user_id and kept.idempotency_key = $4 and asked.organization_id = caller.organization_id
       left join workspace w on w.organization_id = caller.organization_id and w.workspace_id = $3::uuid
       left join deletion d on d.workspace_id = w.workspace_id and d.epoch = w.epoch and d.state = 'scheduled'
       left join deletion_policy policy on policy.organization_id = caller.organization_id`,
    [caller.userId, caller.organizationId, workspaceId ?? null, idempotencyKey],
  );
}

export interface ScheduledDeletion {
  readonly deletionId: string;
  readonly workspaceId: string;
  readonly organizationId: string;
  /** What was decided upon: the deletion happens only if the workspace still has it. */
  readonly etag: string;
  readonly requestedBy: string;
  readonly deleteTime: Date;
  readonly purgeTime: Date | null;
  readonly purgeMode: 'automatic' | 'manual' | null;
  readonly sweepDelaySeconds: number | null;
  readonly event: EncodedEvent;
  readonly keep: { readonly key: string; readonly request: string; readonly answer: unknown } | undefined;
}

/** For how long what was read may be acted upon: so much, and no more, the grace period can begin before the deletion commits. */
const FRESH_SECONDS = 5;

/**
 * The whole soft deletion in one statement, which is one transaction: a compare-and-set on the etag; memberships suspended (not
 * dropped); the deletion with its times frozen; the event, the audit and the answer to repetitions. Nothing, when the workspace, the
 * caller's account or the organization's policy has changed since it was read, or that is too long ago.
 *
 * Locks: the workspace, then the policy, then the account, as the grant of an orphan does. The time is looked at behind them.
 */
export function scheduleDeletion(db: Queryable, it: ScheduledDeletion): Promise<DeletionRow | undefined> {
  return maybeOne<DeletionRow>(
    db,
    `with seen as (
       select workspace_id
         from workspace
        where workspace_id = $2
          and organization_id = $3
          and state = 'active'
          and epoch || '.' || revision = $4
          for update
     ), policy as (
       select grace_seconds, purge_mode, sweep_delay_seconds
         from deletion_policy
        where organization_id = $3 and exists (select from seen)
          for share
     ), caller as (
       select user_id
         from account
        where user_id = $5
          and organization_id = $3
          and validated
          and revoke_time is null
          and exists (select from seen)
          -- whatever it says: behind the policy
          and (select count(*) from policy) <= 1
          for share
     ), decided as (
       select seen.workspace_id
         from seen
        cross join caller
         left join policy on true
        where $7::timestamptz is not distinct from $6::timestamptz + make_interval(secs => policy.grace_seconds)
          and $8::text is not distinct from policy.purge_mode
          and $16::bigint is not distinct from policy.sweep_delay_seconds
          and clock_timestamp() < $6::timestamptz + make_interval(secs => ${FRESH_SECONDS})
     ), deleted as (
       update workspace w
          set state = 'deleted', epoch = w.epoch + 1, revision = w.revision + 1
         from decided
        where w.workspace_id = decided.workspace_id
       returning w.workspace_id, w.organization_id, w.epoch
     ), suspended as (
       update membership m
          set suspended_epoch = deleted.epoch
         from deleted
        where m.workspace_id = deleted.workspace_id and m.suspended_epoch is null
     ), opened as (
       insert into deletion (deletion_id, workspace_id, organization_id, epoch, kind, requested_by,
                             delete_time, purge_time, purge_mode, sweep_delay_seconds)
       select $1, workspace_id, organization_id, epoch, 'deletion_planned', $5, $6, $7, $8, $16
         from deleted
       returning *
     ), appended as (
       insert into outbox (event_id, subject, headers, payload)
       select $9, $10, $11::jsonb, $12 from deleted
     ), audited as (
       insert into system_event (organization_id, workspace_id, context, context_id, action, user_id, by_operator, detail)
       select organization_id, workspace_id, ${CONTEXT.workspace}, workspace_id::text, ${ACTION.deleted}, $5, false,
              jsonb_build_object('deletionId', $1::uuid)
         from deleted
     ), kept as (
       insert into kept_answer (user_id, idempotency_key, request, workspace_id, answer)
       select $5, $13, $14, workspace_id, $15::jsonb from deleted where $13::text is not null
     )
     select opened.* from opened cross join lateral (select pg_notify('${OUTBOX_CHANNEL}', '')) woken`,
    [
      it.deletionId,
      it.workspaceId,
      it.organizationId,
      it.etag,
      it.requestedBy,
      it.deleteTime,
      it.purgeTime,
      it.purgeMode,
      it.event.eventId,
      it.event.subject,
      JSON.stringify(it.event.headers),
      it.event.payload,
      it.keep?.key ?? null,
      it.keep?.request ?? null,
      it.keep === undefined ? null : JSON.stringify(it.keep.answer),
      it.sweepDelaySeconds,
    ],
  );
}
