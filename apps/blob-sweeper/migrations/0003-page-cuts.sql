-- Up Migration

-- The newest cut of the page that was swept: an older one may name blocks that live again.
alter table swept_page add column cut bigint not null default 1 check (cut > 0);
