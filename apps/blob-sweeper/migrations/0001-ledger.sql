-- Up Migration

-- The sweep ledger: what became of each page of blocks, by whose key range in the object storage was read back.
--   verified  sweep-pages moves in, when every store was read back and nothing of the page was left; final for these rows
--   blocked   sweep-pages moves in, when something was left; it moves out when the page is released again and is gone
create table swept_page (
  realm_id        uuid not null,
  epoch           bigint not null check (epoch > 0),
  page_no         bigint not null check (page_no >= 0),
  organization_id text not null,
  rows            integer not null check (rows > 0),
  swept           integer not null check (swept between 0 and rows),
  row_digest      bytea not null check (length(row_digest) = 32),
  state           text not null check (state in ('verified', 'blocked')),
  stores          text[] not null,
  blocks_left     integer not null default 0,
  reason          text,
  blocked_until   timestamptz(3),
  sweep_time      timestamptz(3) not null default clock_timestamp(),
  primary key (realm_id, epoch, page_no),
  check ((state = 'blocked') = (blocks_left > 0)),
  check ((state = 'blocked') = (reason is not null))
);
create index swept_page_blocked on swept_page (realm_id, epoch, page_no) where state = 'blocked';

-- What was told to the authority, and when.
create table sweep_report (
  realm_id    uuid not null,
  epoch       bigint not null,
  pages       bigint not null,
  report_time timestamptz(3) not null default clock_timestamp(),
  primary key (realm_id, epoch)
);

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
