-- Up Migration

-- Every store that was ever configured, by the id of its marker, so that none is forgotten: without one of these no page is verified.
--   first_seen_time  store-set, when it was first configured, recognized or not
--   retire_time      retire-store, by an operator's order; store-set moves it out when the store is configured again
create table store (
  store_id        uuid not null,
  -- Whose blocks it holds; '': all organizations'.
  organization_id text not null,
  name            text not null check (name <> ''),
  kind            text not null check (kind in ('s3', 'filesystem')),
  first_seen_time timestamptz(3) not null default clock_timestamp(),
  retire_time     timestamptz(3),
  retired_by      text,
  retire_reason   text,
  primary key (store_id, organization_id),
  check ((retire_time is null) = (retired_by is null)),
  check ((retire_time is null) = (retire_reason is null))
);

-- What each store held of a page: store, storeId, kind, found, left, missing, versions, uploads, readBack; in the order of `stores`.
alter table swept_page add column outcomes jsonb not null default '[]';
