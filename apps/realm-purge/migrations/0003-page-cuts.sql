-- Up Migration

-- How often a page was put together, whether or not it was given to the queue: a sweeper refuses a cut that is older than the
-- newest it knows. Unlike `releases`, which the wait is computed from, it never falls.
alter table page add column cut bigint not null default 1 check (cut > 0);
