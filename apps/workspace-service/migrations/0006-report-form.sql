-- Up Migration

-- In which form evidence was reported: 1 names stores, 2 says of each what it held. What was reported before there was a second form
-- is certified as it could be then; behind it a store without evidence of its own is a contradiction.
alter table deletion_participant add column report_form smallint not null default 1 check (report_form in (1, 2));

create or replace function evidence_stays() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' or new.deletion_id <> old.deletion_id or new.participant <> old.participant
     or new.gives_block_evidence <> old.gives_block_evidence
     or old.evidence is not null and (new.evidence, new.report_time, new.report_form)
          is distinct from (old.evidence, old.report_time, old.report_form) then
    raise exception 'a required participant and its evidence stay' using errcode = 'check_violation';
  end if;
  return new;
end $$;
