-- Up Migration

-- Orders to try again that were followed; the authority counts them.
alter table purge add column retries bigint not null default 0 check (retries >= 0);

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
