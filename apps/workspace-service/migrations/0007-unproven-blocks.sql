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
    join deletion d on d.deletion_id = chain.earlier and d.state = 'superseded'
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
