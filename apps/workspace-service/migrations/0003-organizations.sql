-- Up Migration

-- What a client of the public API may ask: which workspace is the organization's default. It cannot be deleted while it is; the grant
-- of an orphan, which is an operator's order, takes that from it.
alter table workspace
  add column is_default boolean not null default false,
  add constraint workspace_default_stays check (not is_default or state = 'active');
create unique index workspace_default on workspace (organization_id) where is_default;

-- The bin of an organization's administrators; and what is live of a workspace: to count it, and to page through it.
create index workspace_in_bin on workspace (organization_id, workspace_id) where state = 'deleted';
create index bucket_live on bucket (workspace_id, bucket_id) where delete_time is null;
create index repository_live on repository (workspace_id, repository_id) where delete_time is null;

-- The users of an organization, page by page.
drop index account_by_organization;
create index account_by_organization on account (organization_id, user_id);

-- A hold is the organization's own or an operator's, and only its own side releases it. place-hold keeps one in force for each origin
-- and side, behind the workspace's lock; no unique index, since repeated orders placed several before.
alter table hold add column by_operator boolean not null default true;
alter table hold alter column by_operator drop default;
create index hold_of_origin on hold (workspace_id, by_operator, origin) where release_time is null;
create index hold_by_workspace on hold (workspace_id, place_time desc, hold_id desc);

-- A released hold never comes back, and what it said stays.
create function hold_moves() returns trigger language plpgsql as $$
begin
  if (new.hold_id, new.workspace_id, new.origin, new.reason, new.placed_by, new.place_time, new.by_operator)
       is distinct from (old.hold_id, old.workspace_id, old.origin, old.reason, old.placed_by, old.place_time, old.by_operator)
     or old.release_time is not null then
    raise exception 'a hold stays as it was placed, and is released once' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger hold_moves before update on hold for each row execute function hold_moves();

-- A member commits only if the workspace is active.
create trigger membership_needs_workspace before insert or update of role on membership
  for each row execute function child_needs_workspace('active');

-- Nor does one come back without its workspace: looked at when the transaction commits, for a restore moves both rows.
create function member_counts() returns trigger language plpgsql as $$
begin
  if not exists (select from workspace w where w.workspace_id = new.workspace_id and w.state = 'active') then
    raise exception 'a member counts only in a workspace that is active' using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger member_counts after update of suspended_epoch on membership deferrable initially deferred
  for each row when (new.suspended_epoch is null and old.suspended_epoch is not null) execute function member_counts();

-- Nobody was told yet, or when subscribers were told that the purge approaches: once, while it is ahead.
alter table deletion add column notice_time timestamptz(3) check (notice_time is null or purge_time is not null);
create index deletion_unnoticed on deletion (purge_time) where state = 'scheduled' and notice_time is null;
create function notice_is_given_once() returns trigger language plpgsql as $$
begin
  if old.notice_time is not null or old.restore_time is not null or old.grant_time is not null then
    raise exception 'the notice of a purge is given once, while it is ahead' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger notice_is_given_once before update of notice_time on deletion
  for each row when (new.notice_time is distinct from old.notice_time) execute function notice_is_given_once();

-- The lists of operators, newest first within an organization. An orphan begins with its grant; neither time ever changes.
create index deletion_by_organization
    on deletion (organization_id, coalesce(delete_time, grant_time) desc, deletion_id desc);
create index deletion_by_state
    on deletion (state, organization_id, coalesce(delete_time, grant_time) desc, deletion_id desc);

-- Check-then-act, once more: looked at behind the row's lock and by what has committed then, whoever did the checking.
create function workspace_is_clear() returns trigger language plpgsql as $$
begin
  if exists (select from bucket b where b.workspace_id = new.workspace_id and b.delete_time is null)
     or exists (select from repository r where r.workspace_id = new.workspace_id and r.delete_time is null)
     or exists (select from hold h where h.workspace_id = new.workspace_id and h.release_time is null) then
    raise exception 'workspace % has live resources or holds', new.workspace_id
      using errcode = 'check_violation', constraint = 'workspace_is_clear';
  end if;
  return new;
end $$;
create trigger workspace_is_clear before update on workspace
  for each row when (old.state = 'active' and new.state = 'deleted') execute function workspace_is_clear();

-- No purge without its grant, whoever writes: looked at when the transaction commits, for the two rows move in either order.
create function purging_is_granted() returns trigger language plpgsql as $$
begin
  if not exists (select from deletion d
                  where d.workspace_id = new.workspace_id and d.epoch = new.epoch and d.grant_time is not null) then
    raise exception 'workspace % is purging without a grant', new.workspace_id using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger purging_is_granted after update on workspace deferrable initially deferred
  for each row when (new.state = 'purging' and old.state <> 'purging') execute function purging_is_granted();

-- The audit: written in the transaction that makes the change, never changed, ids only.
create table system_event (
  event_no        bigint generated always as identity primary key,
  organization_id text not null references organization,
  -- null: not about one workspace
  workspace_id    uuid,
  -- workspace 0, bucket 1, repository 2, user 3, workspace user 5, organization settings 8
  context         smallint not null check (context in (0, 1, 2, 3, 5, 8)),
  context_id      text not null check (context_id <> ''),
  -- created 0, updated 1, deleted 2
  action          smallint not null check (action in (0, 1, 2)),
  -- who did it: a user, or an operator by name
  user_id         text not null check (user_id <> ''),
  by_operator     boolean not null,
  detail          jsonb,
  event_time      timestamptz(3) not null default clock_timestamp()
);
-- Whatever the audit is filtered by, it is read newest first, and between two times without what lies outside.
create index system_event_by_organization on system_event (organization_id, event_time desc, event_no desc);
create index system_event_by_user on system_event (organization_id, user_id, event_time desc, event_no desc);
create index system_event_by_workspace on system_event (organization_id, workspace_id, event_time desc, event_no desc);
create index system_event_by_subject on system_event (organization_id, context_id, event_time desc, event_no desc);
create index system_event_by_context on system_event (organization_id, context, action, event_time desc, event_no desc);
create trigger system_event_stays before update or delete on system_event for each row execute function row_stays();

-- The first answers to requests with an Idempotency-Key, for a day. They hold names: gone with the workspace's.
create table kept_answer (
  user_id         text not null references account,
  idempotency_key text not null check (length(idempotency_key) between 1 and 255),
  -- what was asked: the same key for something else is refused
  request         text not null,
  workspace_id    uuid not null references workspace,
  answer          jsonb not null,
  answer_time     timestamptz(3) not null default clock_timestamp(),
  primary key (user_id, idempotency_key)
);
create index kept_answer_by_time on kept_answer (answer_time);
create index kept_answer_by_workspace on kept_answer (workspace_id);

-- What stays row by row is not emptied at one stroke either.
create trigger workspace_is_not_emptied before truncate on workspace execute function row_stays();
create trigger deletion_is_not_emptied before truncate on deletion execute function row_stays();
create trigger evidence_is_not_emptied before truncate on deletion_participant execute function row_stays();
create trigger certificate_is_not_emptied before truncate on certificate execute function row_stays();
create trigger hold_is_not_emptied before truncate on hold execute function row_stays();
create trigger system_event_is_not_emptied before truncate on system_event execute function row_stays();
