-- Up Migration

create table organization (
  organization_id text primary key check (organization_id ~ '^[^/[:cntrl:]]{1,32}$')
);

-- What may ever be purged, and when. An organization without a policy deletes softly and never purges: nothing here has a default.
create table deletion_policy (
  organization_id      text primary key references organization,
  grace_seconds        bigint not null check (grace_seconds >= 0),
  orphan_delay_seconds bigint not null check (orphan_delay_seconds >= 0),
  sequestered          boolean not null,
  purge_mode           text not null check (purge_mode in ('automatic', 'manual'))
);

create table account (
  user_id         text primary key check (user_id <> '' and length(user_id) <= 128),
  organization_id text not null references organization,
  email           text not null,
  name            text not null,
  last_name       text not null,
  -- USER 0, BILLING 1, WORKSPACES 2, ADMINISTRATORS 254, OWNER 255
  org_role        smallint not null check (org_role in (0, 1, 2, 254, 255)),
  validated       boolean not null,
  revoke_time     timestamptz(3)
);
create index account_by_organization on account (organization_id);

-- The authority's row: every decision about a workspace locks it.
--   active   create-workspace moves in; delete-workspace and an operator's start-purge (orphan) move out
--   deleted  delete-workspace moves in; restore-workspace and the grant move out
--   purging  the grant moves in; only the certificate moves out
--   purged   the certificate moves in; final, and the name is gone
create table workspace (
  workspace_id    uuid primary key,
  organization_id text not null references organization,
  -- sensitive: never leaves this database but to members
  name            text check (length(name) between 1 and 255),
  state           text not null check (state in ('active', 'deleted', 'purging', 'purged')),
  -- raised by deletion, restore and the grant of an orphan; a message of another epoch changes nothing
  epoch           bigint not null check (epoch >= 0),
  -- raised by every change; with the epoch it is the etag
  revision        bigint not null default 1,
  created_by      text not null,
  create_time     timestamptz(3) not null default clock_timestamp(),
  check ((state = 'purged') = (name is null))
);
create index workspace_by_organization on workspace (organization_id, workspace_id);

-- What no statement may do, whoever writes it: the last line behind the services' own decisions.
create function workspace_moves() returns trigger language plpgsql as $$
begin
  if new.workspace_id <> old.workspace_id or new.organization_id <> old.organization_id then
    raise exception 'a workspace keeps its id and organization' using errcode = 'check_violation';
  end if;
  if new.epoch < old.epoch then
    raise exception 'the epoch of workspace % never falls', old.workspace_id using errcode = 'check_violation';
  end if;
  if new.state <> old.state then
    if not ((old.state, new.state) in (('active', 'deleted'), ('deleted', 'active'), ('active', 'purging'))
              and new.epoch = old.epoch + 1
            or (old.state, new.state) in (('deleted', 'purging'), ('purging', 'purged'))
              and new.epoch = old.epoch) then
      raise exception 'workspace % cannot go from % (epoch %) to % (epoch %)',
        old.workspace_id, old.state, old.epoch, new.state, new.epoch using errcode = 'check_violation';
    end if;
  elsif new.epoch <> old.epoch then
    raise exception 'the epoch of workspace % moves only with its state', old.workspace_id using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger workspace_moves before update on workspace for each row execute function workspace_moves();

create function workspace_stays() returns trigger language plpgsql as $$
begin
  raise exception 'a workspace row is never deleted' using errcode = 'check_violation';
end $$;
create trigger workspace_stays before delete on workspace for each row execute function workspace_stays();

create table membership (
  workspace_id    uuid not null references workspace,
  user_id         text not null references account,
  role            text not null check (role in ('READ', 'WRITE', 'ADMIN')),
  -- the epoch of the deletion that suspended it; null while it counts
  suspended_epoch bigint,
  primary key (workspace_id, user_id)
);
create index membership_by_user on membership (user_id, workspace_id);

create table bucket (
  bucket_id    uuid primary key,
  workspace_id uuid not null references workspace,
  name         text not null check (length(name) between 1 and 255),
  created_by   text not null,
  create_time  timestamptz(3) not null default clock_timestamp(),
  delete_time  timestamptz(3)
);
create index bucket_by_workspace on bucket (workspace_id, bucket_id);

create table repository (
  repository_id uuid primary key,
  workspace_id  uuid not null references workspace,
  name          text not null check (length(name) between 1 and 255),
  created_by    text not null,
  create_time   timestamptz(3) not null default clock_timestamp(),
  delete_time   timestamptz(3)
);
create index repository_by_workspace on repository (workspace_id, repository_id);

create table repository_bucket (
  repository_id uuid not null references repository on delete cascade,
  bucket_id     uuid not null references bucket on delete cascade,
  primary key (repository_id, bucket_id)
);
create index repository_bucket_by_bucket on repository_bucket (bucket_id);

-- Legal holds. A released one stays, for the audit.
create table hold (
  hold_id      uuid primary key,
  workspace_id uuid not null references workspace,
  origin       text not null check (origin <> ''),
  reason       text not null check (reason <> ''),
  placed_by    text not null check (placed_by <> ''),
  place_time   timestamptz(3) not null default clock_timestamp(),
  released_by  text,
  release_time timestamptz(3),
  check ((released_by is null) = (release_time is null))
);
create index hold_in_force on hold (workspace_id) where release_time is null;

-- One row for each epoch that deleted a workspace; its times are frozen by this database's clock.
--   scheduled  delete-workspace moves in; restore-workspace or the grant move out, never both
--   restored   final
--   purging    the grant moves in; only the certificate moves out
--   purged     final
create table deletion (
  deletion_id     uuid primary key,
  workspace_id    uuid not null references workspace,
  organization_id text not null references organization,
  epoch           bigint not null check (epoch > 0),
  kind            text not null check (kind in ('deletion_planned', 'orphaned')),
  requested_by    text not null check (requested_by <> ''),
  -- an orphan has neither: nobody deleted it
  delete_time     timestamptz(3),
  -- not purged before; null: the organization had no policy, so never
  purge_time      timestamptz(3),
  purge_mode      text check (purge_mode in ('automatic', 'manual')),
  restore_time    timestamptz(3),
  restored_by     text,
  grant_time      timestamptz(3),
  granted_by      text,
  purged_time     timestamptz(3),
  state           text not null generated always as (
                    case when restore_time is not null then 'restored'
                         when purged_time is not null then 'purged'
                         when grant_time is not null then 'purging'
                         else 'scheduled' end) stored,
  unique (workspace_id, epoch),
  check ((kind = 'deletion_planned') = (delete_time is not null)),
  check ((purge_time is null) = (purge_mode is null)),
  check (purge_time >= delete_time),
  check (restore_time is null or grant_time is null),
  check ((restore_time is null) = (restored_by is null)),
  check ((grant_time is null) = (granted_by is null)),
  check (kind = 'orphaned' or grant_time is null or (purge_time is not null and grant_time >= purge_time)),
  check (purged_time is null or purged_time >= grant_time)
);
create index deletion_due on deletion (purge_time) where state = 'scheduled' and purge_mode = 'automatic';
create index deletion_scheduled on deletion (organization_id, workspace_id) where state = 'scheduled';
create index deletion_open on deletion (grant_time, deletion_id) where state = 'purging';

-- The participants a grant requires, frozen with it, and what each reported.
create table deletion_participant (
  deletion_id          uuid not null references deletion,
  participant          text not null,
  gives_block_evidence boolean not null,
  evidence             jsonb,
  report_time          timestamptz(3),
  primary key (deletion_id, participant),
  check ((evidence is null) = (report_time is null))
);

-- What participants last said of their progress: shown, never decided upon.
create table deletion_progress (
  deletion_id uuid not null references deletion,
  participant text not null,
  progress    jsonb not null,
  conditions  jsonb not null,
  report_time timestamptz(3) not null default clock_timestamp(),
  primary key (deletion_id, participant)
);

create table certificate (
  certificate_id  uuid primary key,
  deletion_id     uuid not null unique references deletion,
  organization_id text not null references organization,
  -- counts an organization's certificates from 1 without gaps
  sequence        bigint not null check (sequence > 0),
  jws             text not null,
  issue_time      timestamptz(3) not null,
  unique (organization_id, sequence)
);

create table outbox (
  event_id    uuid primary key,
  append_no   bigint generated always as identity,
  subject     text not null,
  headers     jsonb not null,
  payload     bytea not null,
  append_time timestamptz not null default clock_timestamp(),
  published   boolean not null default false,
  -- until when a relay has it in hand
  lease_time  timestamptz
);
create index outbox_unpublished on outbox (append_no) where not published;
create index outbox_published on outbox (append_time) where published;
