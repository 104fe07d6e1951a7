-- Up Migration

-- In flight: given to the queue, and no receipt since. A window bounds these, whatever waits beside them: a page that is blocked,
-- or that the queue refused, waits outside of it until there is room.
alter table page add column in_flight boolean;
update page set in_flight = (state = 'released' and release_time is not null and blocked_left is null);
alter table page
  alter column in_flight set not null,
  add check (not in_flight or (state = 'released' and release_time is not null));
