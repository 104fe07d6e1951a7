-- Up Migration

-- Blocks may stay behind the metadata for as long as its backups are kept that shall find them. Until now they went with it.
alter table deletion_policy
  add column sweep_delay_seconds bigint not null default 0 check (sweep_delay_seconds between 0 and 3155760000);
alter table deletion_policy alter column sweep_delay_seconds drop default;

-- Frozen with the deletion, as the grace period is. What has none is never purged. Written by way of the type, for an update would
-- leave triggers behind that keep the table from being altered further.
alter table deletion add column sweep_delay_seconds bigint default 0;
alter table deletion
  alter column sweep_delay_seconds drop default,
  alter column sweep_delay_seconds type bigint
    using case when kind = 'orphaned' or purge_time is not null then sweep_delay_seconds end;
alter table deletion
  add check (sweep_delay_seconds between 0 and 3155760000),
  add check ((sweep_delay_seconds is null) = (kind = 'deletion_planned' and purge_time is null)),
  -- from here on blocks go; null: never. By way of UTC, for only so no setting of a session can change what a sum of times is
  add column sweep_time timestamptz(3) generated always as (
    case when restore_time is null
         then (coalesce(grant_time, purge_time) at time zone 'UTC' + make_interval(secs => sweep_delay_seconds)) at time zone 'UTC'
    end) stored,
  -- a certificate says that no block is left
  add check (purged_time is null or purged_time >= sweep_time);

create or replace function deletion_moves() returns trigger language plpgsql as $$
begin
  if (new.deletion_id, new.workspace_id, new.organization_id, new.epoch, new.kind, new.requested_by)
       is distinct from (old.deletion_id, old.workspace_id, old.organization_id, old.epoch, old.kind, old.requested_by)
     or (new.delete_time, new.purge_time, new.purge_mode, new.sweep_delay_seconds)
       is distinct from (old.delete_time, old.purge_time, old.purge_mode, old.sweep_delay_seconds) then
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
