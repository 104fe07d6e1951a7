-- Up Migration

-- What operators may still order once a purge is granted; nothing here brings a workspace back.
alter table deletion
  -- the order was to keep the blocks until they are released; frozen with the grant
  add column keep_blocks   boolean not null default false,
  add column release_time  timestamptz(3),
  add column released_by   text,
  -- while set, participants destroy nothing
  add column pause_time    timestamptz(3),
  add column paused_by     text,
  add column pause_reason  text,
  -- how often it was ordered to try again
  add column retries       bigint not null default 0 check (retries >= 0),
  -- when any of these orders was last given: how long a purge stands still is counted from it
  add column order_time    timestamptz(3),
  -- a deletion that was certified, or reported on, is ordered once more, over a restored backup
  add column replay_of     uuid references deletion,
  add column replay_id     uuid,
  -- it was not certified yet when a replay took its place: it never will be
  add column superseded_time timestamptz(3),
  add check (not keep_blocks or grant_time is not null),
  add check ((release_time is null) = (released_by is null)),
  add check (release_time is null or keep_blocks),
  add check ((pause_time is null) = (paused_by is null)),
  add check ((pause_time is null) = (pause_reason is null)),
  add check (pause_time is null or grant_time is not null),
  add check (retries = 0 or grant_time is not null),
  add check (order_time is null or grant_time is not null),
  add check ((replay_of is null) = (replay_id is null)),
  add check (replay_of is null or grant_time is not null),
  add check (superseded_time is null or (grant_time is not null and purged_time is null));
create unique index deletion_replayed_once on deletion (workspace_id, replay_id) where replay_id is not null;

-- One more state: a replay moves a purging deletion to superseded, which is final. The indexes go with the column and come back.
alter table deletion drop column state;
alter table deletion
  add column state text not null generated always as (
               case when restore_time is not null then 'restored'
                    when purged_time is not null then 'purged'
                    when superseded_time is not null then 'superseded'
                    when grant_time is not null then 'purging'
                    else 'scheduled' end) stored;
create index deletion_due on deletion (purge_time) where state = 'scheduled' and purge_mode = 'automatic';
create index deletion_scheduled on deletion (organization_id, workspace_id) where state = 'scheduled';
create index deletion_open on deletion (grant_time, deletion_id) where state = 'purging';
create index deletion_unnoticed on deletion (purge_time) where state = 'scheduled' and notice_time is null;
-- what a replay looks for
create index deletion_replayable on deletion (organization_id, workspace_id, purged_time) where state in ('purging', 'purged');

create function intervention_moves() returns trigger language plpgsql as $$
begin
  if (new.replay_of, new.replay_id) is distinct from (old.replay_of, old.replay_id)
     or (old.grant_time is not null and new.keep_blocks <> old.keep_blocks)
     or (old.release_time is not null and (new.release_time, new.released_by) is distinct from (old.release_time, old.released_by))
     or new.retries < old.retries
     or (old.superseded_time is not null and new.superseded_time is distinct from old.superseded_time)
     or ((old.purged_time is not null or old.superseded_time is not null)
         and (new.pause_time, new.retries, new.release_time) is distinct from (old.pause_time, old.retries, old.release_time)) then
    raise exception 'what was ordered of a purge is not taken back' using errcode = 'check_violation';
  end if;
  -- a certificate says that nothing is left
  if new.purged_time is not null and old.purged_time is null and new.keep_blocks and new.release_time is null then
    raise exception 'blocks are kept: no certificate' using errcode = 'check_violation', constraint = 'no_kept_blocks';
  end if;
  return new;
end $$;
create trigger intervention_moves before update on deletion for each row execute function intervention_moves();

-- A replay is the one way on from a tombstone: to purging again, one epoch up, and it stays without a name. What is purging still
-- stays so, one epoch up, with the name it has.
alter table workspace
  drop constraint workspace_check,
  add constraint workspace_name_goes check (case state when 'purged' then name is null
                                                       when 'purging' then true
                                                       else name is not null end);
create or replace function workspace_moves() returns trigger language plpgsql as $$
begin
  if new.workspace_id <> old.workspace_id or new.organization_id <> old.organization_id then
    raise exception 'a workspace keeps its id and organization' using errcode = 'check_violation';
  end if;
  if new.epoch < old.epoch then
    raise exception 'the epoch of workspace % never falls', old.workspace_id using errcode = 'check_violation';
  end if;
  if old.name is null and new.name is not null then
    raise exception 'the name of workspace % is gone', old.workspace_id using errcode = 'check_violation';
  end if;
  if new.state <> old.state then
    if not ((old.state, new.state) in (('active', 'deleted'), ('deleted', 'active'), ('active', 'purging'), ('purged', 'purging'))
              and new.epoch = old.epoch + 1
            or (old.state, new.state) in (('deleted', 'purging'), ('purging', 'purged'))
              and new.epoch = old.epoch) then
      raise exception 'workspace % cannot go from % (epoch %) to % (epoch %)',
        old.workspace_id, old.state, old.epoch, new.state, new.epoch using errcode = 'check_violation';
    end if;
  elsif new.epoch <> old.epoch and not (new.state = 'purging' and new.epoch = old.epoch + 1) then
    raise exception 'the epoch of workspace % moves only with its state', old.workspace_id using errcode = 'check_violation';
  end if;
  return new;
end $$;

-- A purge goes on with another epoch only where a replay took the place of its deletion, and a deletion is superseded only by one:
-- looked at when the transaction commits, for the three rows move in any order.
create function purging_is_superseded() returns trigger language plpgsql as $$
begin
  if not exists (select from deletion d
                   join deletion replay on replay.replay_of = d.deletion_id and replay.workspace_id = d.workspace_id
                                       and replay.epoch = d.epoch + 1
                  where d.workspace_id = new.workspace_id and d.epoch = old.epoch and d.superseded_time is not null) then
    raise exception 'the epoch of workspace % moves without a replay', new.workspace_id using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger purging_is_superseded after update on workspace deferrable initially deferred
  for each row when (new.state = 'purging' and old.state = 'purging' and new.epoch <> old.epoch)
  execute function purging_is_superseded();
create function superseded_is_replayed() returns trigger language plpgsql as $$
begin
  if not exists (select from deletion replay
                   join workspace w using (workspace_id)
                  where replay.replay_of = new.deletion_id and replay.workspace_id = new.workspace_id
                    and replay.epoch = new.epoch + 1 and w.epoch > new.epoch) then
    raise exception 'a deletion is superseded by its replay alone' using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger superseded_is_replayed after insert or update on deletion deferrable initially deferred
  for each row when (new.superseded_time is not null) execute function superseded_is_replayed();

-- When what a participant says last changed: silence and standstill are told from work by it.
alter table deletion_progress add column change_time timestamptz(3) not null default clock_timestamp();

-- In the lists of operators a replay begins with its grant, as an orphan does: its delete_time is that of the deletion it replays.
drop index deletion_by_organization;
create index deletion_by_organization
    on deletion (organization_id, coalesce(case when replay_of is null then delete_time end, grant_time) desc, deletion_id desc);
create index deletion_by_state
    on deletion (state, organization_id, coalesce(case when replay_of is null then delete_time end, grant_time) desc, deletion_id desc);
