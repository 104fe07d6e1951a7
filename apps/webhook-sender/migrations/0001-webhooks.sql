-- Up Migration

-- Where the people of an organization want to hear of the deletions of its workspaces.
create table webhook (
  webhook_id      uuid primary key,
  organization_id text not null check (organization_id ~ '^[^/[:cntrl:]]{1,32}$'),
  url             text not null check (length(url) between 1 and 2048),
  event_types     text[] not null check (cardinality(event_types) > 0),
  -- signs every request, so it is kept as it is; told once, when the webhook is made
  secret          text not null check (secret ~ '^whsec_[A-Za-z0-9+/=]{32,}$'),
  -- what happened before is not sent
  create_time     timestamptz(3) not null default clock_timestamp(),
  -- since when the endpoint says that it is gone
  disable_time    timestamptz(3),
  unique (webhook_id, organization_id)
);
create index webhook_by_organization on webhook (organization_id, create_time, webhook_id);

-- What one webhook has to hear of one event.
--   pending    record-events moves in, retry-delivery moves back in
--   delivered  send-deliveries, when the endpoint took it; final
--   dead       send-deliveries, when it gave up; retry-delivery moves out
-- Those that are over are forgotten by prune-deliveries.
create table delivery (
  -- also the webhook-id header of each of its requests: an endpoint knows a repetition by it
  delivery_id       uuid primary key default gen_random_uuid(),
  webhook_id        uuid not null,
  organization_id   text not null,
  workspace_id      uuid not null,
  event_id          text not null check (length(event_id) between 1 and 128),
  event_type        text not null,
  event_time        timestamptz(3) not null,
  -- what is sent, to the byte, each time
  body              text not null,
  create_time       timestamptz(3) not null default clock_timestamp(),
  attempts          integer not null default 0 check (attempts >= 0),
  next_attempt_time timestamptz(3) not null default clock_timestamp(),
  last_failure      text,
  -- who has it in hand, and until when
  lease_id          uuid,
  lease_time        timestamptz(3),
  deliver_time      timestamptz(3),
  give_up_time      timestamptz(3),
  state             text not null generated always as (
                      case when deliver_time is not null then 'delivered'
                           when give_up_time is not null then 'dead'
                           else 'pending' end) stored,
  foreign key (webhook_id, organization_id) references webhook (webhook_id, organization_id) on delete cascade,
  unique (webhook_id, event_id),
  check (deliver_time is null or give_up_time is null),
  check ((lease_id is null) = (lease_time is null)),
  check (state = 'pending' or lease_id is null)
);
create index delivery_due on delivery (webhook_id, next_attempt_time, event_time) where state = 'pending';
create index delivery_in_hand on delivery (webhook_id, lease_time) where lease_time is not null;
create index delivery_untried on delivery (webhook_id, workspace_id, event_time) where state = 'pending' and attempts = 0;
create index delivery_dead on delivery (give_up_time desc, delivery_id desc) where state = 'dead';
create index delivery_dead_of on delivery (organization_id, give_up_time desc, delivery_id desc) where state = 'dead';
create index delivery_over on delivery (coalesce(deliver_time, give_up_time)) where state <> 'pending';

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
