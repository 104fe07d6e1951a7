-- Up Migration

-- What no statement may do, whoever writes it: the rest of the last line behind the services' own decisions.

create function workspace_begins() returns trigger language plpgsql as $$
begin
  if new.state <> 'active' then
    raise exception 'a workspace begins active' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger workspace_begins before insert on workspace for each row execute function workspace_begins();

-- What was frozen stays, and each time is set once. The states in between are derived from the times (0001).
create function deletion_moves() returns trigger language plpgsql as $$
begin
  if (new.deletion_id, new.workspace_id, new.organization_id, new.epoch, new.kind, new.requested_by)
       is distinct from (old.deletion_id, old.workspace_id, old.organization_id, old.epoch, old.kind, old.requested_by)
     or (new.delete_time, new.purge_time, new.purge_mode)
       is distinct from (old.delete_time, old.purge_time, old.purge_mode) then
    raise exception 'a deletion keeps what was frozen with it' using errcode = 'check_violation';
  end if;
  if (old.restore_time is not null and (new.restore_time, new.restored_by) is distinct from (old.restore_time, old.restored_by))
     or (old.grant_time is not null and (new.grant_time, new.granted_by) is distinct from (old.grant_time, old.granted_by))
     or (old.purged_time is not null and new.purged_time is distinct from old.purged_time)
     or (new.purged_time is not null and new.grant_time is null) then
    raise exception 'a deletion never goes back' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger deletion_moves before update on deletion for each row execute function deletion_moves();

-- The first evidence stands.
create function evidence_stays() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or new.deletion_id <> old.deletion_id or new.participant <> old.participant
     or new.gives_block_evidence <> old.gives_block_evidence
     or old.evidence is not null and (new.evidence, new.report_time) is distinct from (old.evidence, old.report_time) then
    raise exception 'a required participant and its evidence stay' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger evidence_stays before update or delete on deletion_participant for each row execute function evidence_stays();

create function row_stays() returns trigger language plpgsql as $$
begin
  raise exception 'a row of % stays as it is', tg_table_name using errcode = 'check_violation';
end $$;
create trigger certificate_stays before update or delete on certificate for each row execute function row_stays();
create trigger deletion_stays before delete on deletion for each row execute function row_stays();
create trigger hold_stays before delete on hold for each row execute function row_stays();

-- Closed by default: a child of a workspace commits only if the workspace is active, a hold only before the grant. The share
-- lock makes whoever did not take the workspace's lock wait for whoever did, and see what became of it.
create function child_needs_workspace() returns trigger language plpgsql as $$
declare
  now_in text;
begin
  select state into now_in from workspace where workspace_id = new.workspace_id for share;
  if now_in is null or not now_in = any (tg_argv::text[]) then
    raise exception 'a % needs a workspace that is %', tg_table_name, array_to_string(tg_argv::text[], ' or ')
      using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger bucket_needs_workspace before insert or update on bucket
  for each row when (new.delete_time is null) execute function child_needs_workspace('active');
create trigger repository_needs_workspace before insert or update on repository
  for each row when (new.delete_time is null) execute function child_needs_workspace('active');
create trigger hold_needs_workspace before insert on hold
  for each row execute function child_needs_workspace('active', 'deleted');

-- Longer ones overflow a date: one such policy would fail the lists of all organizations. A century is for ever.
alter table deletion_policy
  add check (grace_seconds <= 3155760000),
  add check (orphan_delay_seconds <= 3155760000);
