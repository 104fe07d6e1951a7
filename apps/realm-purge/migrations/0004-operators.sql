-- Up Migration

alter table purge
  -- orders to try again that were followed; the authority counts them
  add column retries   bigint not null default 0 check (retries >= 0),
  -- what the grant said when a step was last to be made; null: go on. Shown, and decides nothing: each step asks again
  add column held      text check (held in ('paused', 'blocks_kept')),
  -- the kind of failure of the last step, and since when steps fail in a row
  add column failure   text,
  add column fail_time timestamptz(3),
  -- since when it has pages to give and there is no room for them among those of all purges
  add column room_time timestamptz;
create index purge_awaiting_room on purge (room_time) where room_time is not null;

-- Purges with a step to make: round robin over organizations, and within each the one first that waits longest.
create index purge_due on purge (organization_id, next_step_time) where report_time is null and attention is null;
drop index purge_open;
create index purge_open on purge (realm_id) where report_time is null;

alter table page
  -- when it was first given to the queue since its last receipt; unlike release_time it stays when the page is released again
  add column given_time timestamptz(3),
  -- since when it is blocked
  add column block_time timestamptz(3);
update page set given_time = release_time where in_flight;
update page set block_time = release_time where blocked_left is not null;

-- All pages that are on their way, of all purges: there is one more window for these together.
create index page_in_flight on page (realm_id) where in_flight;

-- How fast an organization's blocks are released, at most. Kept here so that every replica obeys it and a restart does not forget.
create table release_limit (
  organization_id   text primary key check (organization_id ~ '^[^/[:cntrl:]]{1,32}$'),
  blocks_per_second bigint not null check (blocks_per_second > 0),
  set_by            text not null check (set_by <> ''),
  set_time          timestamptz(3) not null default clock_timestamp(),
  -- the token bucket: what was left at that time
  tokens            double precision not null default 0,
  refill_time       timestamptz not null default clock_timestamp()
);

-- The planner's statistics hold samples of a column's values, and keep them when the rows are gone: none of what unlocks data, nor of
-- the data. Samples that were taken before go with the (same) type, which is set anew without a rewrite.
alter table key_bundle alter column bundle set statistics 0, alter column bundle type bytea;
alter table key_bundle_access alter column access set statistics 0, alter column access type bytea;
alter table vlob_atom alter column blob set statistics 0, alter column blob type bytea;

-- Vacuumed with the first dead row, at autovacuum's next visit (a minute by default), and not at a fifth of the table: until then the
-- bytes of a deleted key lie in the table's file. docs/operating/shredding.md says what is left after that.
alter table key_bundle set (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);
alter table key_bundle_access set (autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0);

-- Looks for ids of any realm walk this, and nothing else can: a range of ids is no range of the expression. Over the plain column
-- PostgreSQL, which believes that any narrow range holds one row, took it for a realm's page, and read the ids of all realms.
drop index block_by_id;
create index block_by_id on block (uuid_send(block_id));
