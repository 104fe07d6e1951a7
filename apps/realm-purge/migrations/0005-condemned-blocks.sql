-- Up Migration

-- Ids that no row names, and that no live realm may register: their objects are being deleted as orphans.
--   condemned    condemn-blocks moves in
--   pardon_time  pardon-blocks sets it; from then on the id is free, and the row goes with the organization's next order
create table condemned_block (
  organization_id text not null check (organization_id ~ '^[^/[:cntrl:]]{1,32}$'),
  block_id        uuid not null,
  ordered_by      text not null check (ordered_by <> ''),
  list_digest     text not null,
  condemn_time    timestamptz(3) not null default clock_timestamp(),
  pardon_time     timestamptz,
  primary key (organization_id, block_id)
);
create index condemned_block_pardoned on condemned_block (organization_id, pardon_time) where pardon_time is not null;

-- Whose rows are to be read.
create index realm_by_organization on realm (organization_id);
