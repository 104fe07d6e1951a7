/**
 * How many blocks of a deletion `d` were counted and never shown to be gone, as `unproven_blocks`, and in which epoch most were, as
 * `unproven_epoch`; both 0 where none were, or where a certificate says that they are gone. Who counts blocks has said it by its
 * report or, before that, with its progress; and what a replay found already goes on, unless this epoch has counted more. It
 * `only_waits` when all of them have reported alike: it will be certified, and no order takes it before.
 */
export const UNPROVEN = `
  lateral (select coalesce(greatest(max((p.evidence -> 'blocks' ->> 'blocksTotal')::bigint),
                                    max((said.progress ->> 'blocksTotal')::bigint)), 0) as blocks
             from deletion_participant p
             left join deletion_progress said using (deletion_id, participant)
            where p.deletion_id = d.deletion_id and p.gives_block_evidence) counted,
  lateral (select case when d.state = 'purged' then 0
                       else greatest(d.unproven_blocks, counted.blocks) end as unproven_blocks,
                  case when d.state = 'purged' or greatest(d.unproven_blocks, counted.blocks) = 0 then 0
                       when d.unproven_blocks >= counted.blocks then d.unproven_epoch
                       else d.epoch end as unproven_epoch,
                  d.state <> 'purged' and greatest(d.unproven_blocks, counted.blocks) > 0 and blocks_agreed(d) as only_waits) unproven`;
