-- Up Migration

-- The end of a sweep, and whether the authority was told.
--   end_time     report-erasure, when whoever released the pages has reported: the ledger of this realm is final, no page of it is
--                swept any more
--   report_time  report-erasure, when the authority has the evidence
alter table sweep_report add column end_time timestamptz(3) not null default clock_timestamp();
alter table sweep_report alter column report_time drop not null;
alter table sweep_report alter column report_time drop default;
create index sweep_report_open on sweep_report (realm_id, epoch) where report_time is null;

-- Since when a page is blocked, however often it was tried since.
alter table swept_page add column block_time timestamptz(3);
update swept_page set block_time = sweep_time where state = 'blocked';
alter table swept_page add check ((state = 'blocked') = (block_time is not null));
drop index swept_page_blocked;
create index swept_page_blocked on swept_page (block_time, realm_id, epoch, page_no) where state = 'blocked';
