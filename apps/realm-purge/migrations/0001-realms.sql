-- Up Migration

-- A workspace's server side. Writers hold a shared lock on the organization while they write, the fence takes it alone:
-- so every write either committed before the fence, or sees it.
--   active  create-realm moves in; fence-realm moves out
--   fenced  fence-realm moves in (also for a realm that never had data); close-realm moves out
--   purged  close-realm moves in; final: the tombstone
create table realm (
  realm_id        uuid primary key,
  organization_id text not null check (organization_id ~ '^[^/[:cntrl:]]{1,32}$'),
  state           text not null check (state in ('active', 'fenced', 'purged')),
  create_time     timestamptz(3) not null default clock_timestamp()
);

create function realm_moves() returns trigger language plpgsql as $$
begin
  if new.realm_id <> old.realm_id or new.organization_id <> old.organization_id
     or (old.state, new.state) not in (('active', 'active'), ('active', 'fenced'), ('fenced', 'fenced'),
                                       ('fenced', 'purged'), ('purged', 'purged')) then
    raise exception 'realm % cannot go from % to %', old.realm_id, old.state, new.state using errcode = 'check_violation';
  end if;
  return new;
end $$;
create trigger realm_moves before update on realm for each row execute function realm_moves();

create table key_bundle (
  realm_id  uuid not null references realm,
  key_index integer not null check (key_index > 0),
  bundle    bytea not null,
  primary key (realm_id, key_index)
);

create table key_bundle_access (
  realm_id  uuid not null,
  key_index integer not null,
  user_id   text not null,
  access    bytea not null,
  primary key (realm_id, key_index, user_id),
  foreign key (realm_id, key_index) references key_bundle
);

create table vlob_atom (
  realm_id    uuid not null references realm,
  vlob_id     uuid not null,
  version     integer not null check (version > 0),
  blob        bytea not null,
  create_time timestamptz(3) not null default clock_timestamp(),
  primary key (realm_id, vlob_id, version)
);

-- Manifest, outbox and checkpoint of the bulk path in one: the rows that remain are the work that remains.
create table block (
  realm_id   uuid not null references realm,
  block_id   uuid not null,
  size_bytes bigint not null check (size_bytes >= 0),
  primary key (realm_id, block_id)
);
-- who else refers to an id
create index block_by_id on block (block_id);

-- One purge for a realm, ever.
--   ordered   take-orders moves in, on a hint; fence-realm moves out with the authority's grant, or drops the hint
--   fenced    fence-realm moves in; shred-realm moves out when keys and metadata are gone
--   shredded  shred-realm moves in; count-blocks moves out when the totals are known
--   releasing count-blocks moves in; close-realm moves out when no row is left
--   closed    close-realm moves in; final, then report-erasure sets report_time
create table purge (
  realm_id        uuid primary key,
  organization_id text not null,
  epoch           bigint not null check (epoch > 0),
  state           text not null check (state in ('ordered', 'fenced', 'shredded', 'releasing', 'closed')),
  order_time      timestamptz(3) not null default clock_timestamp(),
  fence_time      timestamptz(3),
  shred_time      timestamptz(3),
  count_time      timestamptz(3),
  close_time      timestamptz(3),
  report_time     timestamptz(3),
  -- removed metadata rows by kind
  removed         jsonb not null default '{}',
  -- counted once, behind the fence; count_cursor is the last block counted
  blocks_total    bigint not null default 0,
  bytes_total     bigint not null default 0,
  count_cursor    uuid,
  -- the last block that was put into a page, and the number of the next page
  release_cursor  uuid,
  next_page       bigint not null default 0,
  -- not looked at before; round robin between purges
  next_step_time  timestamptz not null default clock_timestamp(),
  failures        integer not null default 0,
  -- why a person has to look; while set, nothing of this purge moves
  attention       text,
  check ((fence_time is null) = (state = 'ordered')),
  check ((shred_time is null) = (state in ('ordered', 'fenced'))),
  check ((count_time is null) = (state in ('ordered', 'fenced', 'shredded'))),
  check ((close_time is null) = (state <> 'closed')),
  check (report_time is null or state = 'closed')
);
create index purge_open on purge (next_step_time) where report_time is null;

-- A page of a purge: up to 1000 rows in key order, from first_block to last_block.
--   released  release-blocks moves in; settle-pages moves out when exactly these rows were swept and went
--   settled   settle-pages moves in; final
create table page (
  realm_id       uuid not null references purge,
  page_no        bigint not null check (page_no >= 0),
  first_block    uuid not null,
  last_block     uuid not null,
  rows           integer not null check (rows > 0),
  -- the others are retained: a live realm of the organization refers to them too
  swept          integer not null check (swept between 0 and rows),
  -- SHA-256 over the ids of all rows, ascending
  row_digest     bytea not null check (length(row_digest) = 32),
  state          text not null check (state in ('released', 'settled')),
  -- when it was last given to the queue; null: to be given (again)
  release_time   timestamptz,
  releases       integer not null default 0,
  settle_time    timestamptz(3),
  blocked_left   integer,
  blocked_reason text,
  blocked_until  timestamptz,
  primary key (realm_id, page_no),
  check (first_block <= last_block),
  check ((settle_time is null) = (state = 'released')),
  check ((blocked_left is null) = (blocked_reason is null))
);
create index page_outstanding on page (realm_id, page_no) where state = 'released';

create table outbox (
  event_id    uuid primary key,
  append_no   bigint generated always as identity,
  subject     text not null,
  headers     jsonb not null,
  payload     bytea not null,
  append_time timestamptz not null default clock_timestamp(),
  published   boolean not null default false,
  lease_time  timestamptz
);
create index outbox_unpublished on outbox (append_no) where not published;
create index outbox_published on outbox (append_time) where published;

create table inbox (
  consumer     text not null,
  event_id     text not null,
  receive_time timestamptz not null default clock_timestamp(),
  primary key (consumer, event_id)
);
create index inbox_by_age on inbox (receive_time);

create table dead_letter (
  consumer   text not null,
  event_id   text not null,
  subject    text not null,
  payload    bytea not null,
  reason     text not null,
  deliveries integer not null,
  time       timestamptz not null default clock_timestamp(),
  primary key (consumer, event_id)
);
