-- Up Migration

-- When an order before promised to free the id, or would have if it had ended: uploads that went with what it deleted may be registered
-- until then. No later order frees it sooner.
alter table condemned_block add column promised_pardon_time timestamptz;
