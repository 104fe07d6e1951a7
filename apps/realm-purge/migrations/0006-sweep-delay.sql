-- Up Migration

alter table purge
  drop constraint purge_held_check,
  add constraint purge_held_check check (held in ('paused', 'blocks_kept', 'blocks_delayed')),
  -- from when on its blocks may go, as the grant said when a step was last to be made. Shown, and decides nothing: each step asks again
  add column sweep_time timestamptz(3);
