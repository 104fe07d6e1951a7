-- Up Migration

-- A replay may take the place of a deletion whose blocks were counted and never shown to be gone: how many, and in which epoch most
-- were. Frozen with the replay, and why it was ordered. No certificate speaks of fewer.
alter table deletion
  add column unproven_blocks bigint check (unproven_blocks > 0),
  add column unproven_epoch  bigint,
  add column unproven_reason text check (unproven_reason <> ''),
  add check ((unproven_blocks is null) = (unproven_epoch is null)),
  add check (unproven_reason is null or unproven_blocks is not null),
  add check (unproven_blocks is null or replay_of is not null),
  add check (unproven_epoch between 1 and epoch - 1);

-- All who count the blocks of a deletion have reported and say the same, when they may have been gone, and no fewer than were counted
-- before: it only waits for its certificate.
create function blocks_agreed(d deletion) returns boolean language sql stable as $$
  select count(*) > 1
     and count(distinct jsonb_build_array(p.evidence -> 'blocks' -> 'pages', p.evidence -> 'blocks' -> 'blocksTotal',
                                          p.evidence -> 'blocks' -> 'blocksSwept', p.evidence -> 'blocks' -> 'blocksRetained',
                                          p.evidence -> 'blocks' -> 'root')) = 1
     and bool_and(coalesce(p.evidence ? 'blocks', false))
     and bool_and(coalesce((p.evidence -> 'blocks' ->> 'blocksTotal')::bigint, 0) >= coalesce(d.unproven_blocks, 0))
     and bool_and(coalesce(p.report_time >= greatest(d.sweep_time, d.release_time), false))
    from deletion_participant p
   where p.deletion_id = d.deletion_id and p.gives_block_evidence
$$;

-- What was replayed before this was known, and is not certified yet: a chain of superseded deletions may stand behind it.
with recursive chain as (
  select deletion_id, replay_of as earlier from deletion where state = 'purging' and replay_of is not null
  union all
  select chain.deletion_id, d.replay_of
    from chain
    join deletion d on d.deletion_id = chain.earlier and d.state = 'superseded'
), counted as (
  select distinct on (chain.deletion_id) chain.deletion_id, d.epoch, (p.evidence -> 'blocks' ->> 'blocksTotal')::bigint as blocks
    from chain
    join deletion d on d.deletion_id = chain.earlier and d.state = 'superseded' and not blocks_agreed(d)
    join deletion_participant p on p.deletion_id = d.deletion_id and p.gives_block_evidence
   where (p.evidence -> 'blocks' ->> 'blocksTotal')::bigint > 0
   order by chain.deletion_id, blocks desc, d.epoch desc
)
update deletion d
   set unproven_blocks = counted.blocks, unproven_epoch = counted.epoch
  from counted
 where d.deletion_id = counted.deletion_id;

create function unproven_blocks_stay() returns trigger language plpgsql as $$
begin
  if (new.unproven_blocks, new.unproven_epoch, new.unproven_reason)
       is distinct from (old.unproven_blocks, old.unproven_epoch, old.unproven_reason) then
    raise exception 'a replay keeps the number of blocks that were never shown to be gone' using errcode = 'check_violation';
  end if;
  -- each of those who count blocks must have counted as many
  if new.purged_time is not null and old.purged_time is null
     and exists (select from deletion_participant p
                  where p.deletion_id = new.deletion_id and p.gives_block_evidence
                    and coalesce((p.evidence -> 'blocks' ->> 'blocksTotal')::bigint, 0) < new.unproven_blocks) then
    raise exception 'blocks were never shown to be gone: no certificate'
      using errcode = 'check_violation', constraint = 'no_unproven_blocks';
  end if;
  return new;
end $$;
create trigger unproven_blocks_stay before update on deletion for each row execute function unproven_blocks_stay();

-- For whoever inserts a replay, an instance of the version before too: with the number, or not at all.
create function replay_keeps_unproven_blocks() returns trigger language plpgsql as $$
declare
  earlier deletion;
  counted bigint;
begin
  -- a report holds the row while it is written: it is seen here, or comes too late
  select d.* into earlier from deletion d where d.deletion_id = new.replay_of for update;
  if earlier.state = 'purged' then
    return new;
  end if;
  select greatest(earlier.unproven_blocks, max((p.evidence -> 'blocks' ->> 'blocksTotal')::bigint),
                  max((said.progress ->> 'blocksTotal')::bigint))
    into counted
    from deletion_participant p
    left join deletion_progress said using (deletion_id, participant)
   where p.deletion_id = earlier.deletion_id and p.gives_block_evidence;
  if counted > 0 and blocks_agreed(earlier) then
    raise exception 'its blocks are reported gone by all who count them: it waits for its certificate, and is replayed then'
      using errcode = 'check_violation', constraint = 'replay_keeps_unproven_blocks';
  end if;
  if counted > coalesce(new.unproven_blocks, 0) then
    raise exception 'a replay keeps the number of blocks that were never shown to be gone: % were counted', counted
      using errcode = 'check_violation', constraint = 'replay_keeps_unproven_blocks';
  end if;
  return new;
end $$;
create trigger replay_keeps_unproven_blocks before insert on deletion
  for each row when (new.replay_of is not null) execute function replay_keeps_unproven_blocks();
