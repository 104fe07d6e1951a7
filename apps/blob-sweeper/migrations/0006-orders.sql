-- Up Migration

-- Each order to retire a store, for good: the store's row forgets it when the store is configured again. Never changed, never deleted.
create table store_retirement (
  order_no        bigint generated always as identity primary key,
  store_id        uuid not null,
  organization_id text not null,
  retired_by      text not null check (retired_by <> ''),
  reason          text not null check (reason <> ''),
  order_time      timestamptz(3) not null default clock_timestamp()
);
create index store_retirement_store on store_retirement (store_id, order_no);
insert into store_retirement (store_id, organization_id, retired_by, reason, order_time)
select store_id, organization_id, retired_by, retire_reason, retire_time
  from store
 where retire_time is not null
 order by retire_time, store_id, organization_id;

-- over_time: report-erasure, when the authority has no grant of the sweep, for a replay took its place; it moves it out again when the
-- authority waits for the report after all. Until then nobody is told of the sweep, and nothing is known of it to be told.
alter table sweep_report add column over_time timestamptz(3);
alter table sweep_report add constraint sweep_report_over check (report_time is null or over_time is null);
drop index sweep_report_open;
create index sweep_report_open on sweep_report (realm_id, epoch) where report_time is null and over_time is null;

-- Whether the very rows of a page were verified since, in a later epoch.
create index swept_page_rows on swept_page (realm_id, row_digest);
