-- Up Migration

-- How fast blocks are deleted from a store, at most, by all sweepers together.
create table sweep_limit (
  store             text primary key check (store <> ''),
  blocks_per_second bigint not null check (blocks_per_second > 0),
  set_by            text not null check (set_by <> ''),
  set_time          timestamptz(3) not null default clock_timestamp(),
  -- the token bucket: what was left at that time
  tokens            double precision not null default 0,
  refill_time       timestamptz not null default clock_timestamp()
);
