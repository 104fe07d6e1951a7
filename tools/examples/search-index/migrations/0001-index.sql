-- Up Migration

-- A row for each workspace that ever had a document here. It stays: without it a late document would come back.
--   erase_epoch  null while documents may be written; erase-workspace sets it, and nothing takes it back
create table indexed_workspace (
  workspace_id      uuid primary key,
  organization_id   text not null,
  erase_epoch       bigint check (erase_epoch > 0),
  -- what the report says: counted by the transactions that delete, so that it is the same whenever it is read
  removed_documents bigint not null default 0 check (removed_documents >= 0),
  check (erase_epoch is not null or removed_documents = 0),
  unique (workspace_id, organization_id)
);

create table document (
  workspace_id    uuid not null,
  document_id     uuid not null,
  organization_id text not null,
  terms           tsvector not null,
  primary key (workspace_id, document_id),
  foreign key (workspace_id, organization_id) references indexed_workspace (workspace_id, organization_id)
);
create index document_by_term on document using gin (terms);
-- PostgreSQL samples frequent words for its plans, and the sample would outlive the documents.
alter table document alter column terms set statistics 0;
