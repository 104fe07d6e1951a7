-- What the migrations of realm-purge make. Written by "npm run generate:schemas"; do not edit.

CREATE TABLE block (
  realm_id uuid NOT NULL,
  block_id uuid NOT NULL,
  size_bytes bigint NOT NULL,
  CONSTRAINT block_pkey PRIMARY KEY (realm_id, block_id),
  CONSTRAINT block_realm_id_fkey FOREIGN KEY (realm_id) REFERENCES realm(realm_id),
  CONSTRAINT block_size_bytes_check CHECK (size_bytes >= 0)
);
CREATE INDEX block_by_id ON public.block USING btree (uuid_send(block_id));

CREATE TABLE condemned_block (
  organization_id text NOT NULL,
  block_id uuid NOT NULL,
  ordered_by text NOT NULL,
  list_digest text NOT NULL,
  condemn_time timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  pardon_time timestamp with time zone,
  promised_pardon_time timestamp with time zone,
  CONSTRAINT condemned_block_pkey PRIMARY KEY (organization_id, block_id),
  CONSTRAINT condemned_block_ordered_by_check CHECK (ordered_by <> ''::text),
  CONSTRAINT condemned_block_organization_id_check CHECK (organization_id ~ '^[^/[:cntrl:]]{1,32}$'::text)
);
CREATE INDEX condemned_block_pardoned ON public.condemned_block USING btree (organization_id, pardon_time) WHERE (pardon_time IS NOT NULL);

CREATE TABLE dead_letter (
  consumer text NOT NULL,
  event_id text NOT NULL,
  subject text NOT NULL,
  payload bytea NOT NULL,
  reason text NOT NULL,
  deliveries integer NOT NULL,
  "time" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT dead_letter_pkey PRIMARY KEY (consumer, event_id)
);

CREATE TABLE inbox (
  consumer text NOT NULL,
  event_id text NOT NULL,
  receive_time timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT inbox_pkey PRIMARY KEY (consumer, event_id)
);
CREATE INDEX inbox_by_age ON public.inbox USING btree (receive_time);

CREATE TABLE key_bundle (
  realm_id uuid NOT NULL,
  key_index integer NOT NULL,
  bundle bytea NOT NULL,
  CONSTRAINT key_bundle_pkey PRIMARY KEY (realm_id, key_index),
  CONSTRAINT key_bundle_realm_id_fkey FOREIGN KEY (realm_id) REFERENCES realm(realm_id),
  CONSTRAINT key_bundle_key_index_check CHECK (key_index > 0)
) WITH (autovacuum_vacuum_threshold=0, autovacuum_vacuum_scale_factor=0);

CREATE TABLE key_bundle_access (
  realm_id uuid NOT NULL,
  key_index integer NOT NULL,
  user_id text NOT NULL,
  access bytea NOT NULL,
  CONSTRAINT key_bundle_access_pkey PRIMARY KEY (realm_id, key_index, user_id),
  CONSTRAINT key_bundle_access_realm_id_key_index_fkey FOREIGN KEY (realm_id, key_index) REFERENCES key_bundle(realm_id, key_index)
) WITH (autovacuum_vacuum_threshold=0, autovacuum_vacuum_scale_factor=0);

CREATE TABLE outbox (
  event_id uuid NOT NULL,
  append_no bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  subject text NOT NULL,
  headers jsonb NOT NULL,
  payload bytea NOT NULL,
  append_time timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  published boolean DEFAULT false NOT NULL,
  lease_time timestamp with time zone,
  CONSTRAINT outbox_pkey PRIMARY KEY (event_id)
);
CREATE INDEX outbox_published ON public.outbox USING btree (append_time) WHERE published;
CREATE INDEX outbox_unpublished ON public.outbox USING btree (append_no) WHERE (NOT published);

CREATE TABLE page (
  realm_id uuid NOT NULL,
  page_no bigint NOT NULL,
  first_block uuid NOT NULL,
  last_block uuid NOT NULL,
  rows integer NOT NULL,
  swept integer NOT NULL,
  row_digest bytea NOT NULL,
  state text NOT NULL,
  release_time timestamp with time zone,
  releases integer DEFAULT 0 NOT NULL,
  settle_time timestamp(3) with time zone,
  blocked_left integer,
  blocked_reason text,
  blocked_until timestamp with time zone,
  in_flight boolean NOT NULL,
  cut bigint DEFAULT 1 NOT NULL,
  given_time timestamp(3) with time zone,
  block_time timestamp(3) with time zone,
  CONSTRAINT page_pkey PRIMARY KEY (realm_id, page_no),
  CONSTRAINT page_realm_id_fkey FOREIGN KEY (realm_id) REFERENCES purge(realm_id),
  CONSTRAINT page_check CHECK (swept >= 0 AND swept <= rows),
  CONSTRAINT page_check1 CHECK (first_block <= last_block),
  CONSTRAINT page_check2 CHECK ((settle_time IS NULL) = (state = 'released'::text)),
  CONSTRAINT page_check3 CHECK ((blocked_left IS NULL) = (blocked_reason IS NULL)),
  CONSTRAINT page_check4 CHECK (NOT in_flight OR state = 'released'::text AND release_time IS NOT NULL),
  CONSTRAINT page_cut_check CHECK (cut > 0),
  CONSTRAINT page_page_no_check CHECK (page_no >= 0),
  CONSTRAINT page_row_digest_check CHECK (length(row_digest) = 32),
  CONSTRAINT page_rows_check CHECK (rows > 0),
  CONSTRAINT page_state_check CHECK (state = ANY (ARRAY['released'::text, 'settled'::text]))
);
CREATE INDEX page_in_flight ON public.page USING btree (realm_id) WHERE in_flight;
CREATE INDEX page_outstanding ON public.page USING btree (realm_id, page_no) WHERE (state = 'released'::text);

CREATE TABLE purge (
  realm_id uuid NOT NULL,
  organization_id text NOT NULL,
  epoch bigint NOT NULL,
  state text NOT NULL,
  order_time timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  fence_time timestamp(3) with time zone,
  shred_time timestamp(3) with time zone,
  count_time timestamp(3) with time zone,
  close_time timestamp(3) with time zone,
  report_time timestamp(3) with time zone,
  removed jsonb DEFAULT '{}'::jsonb NOT NULL,
  blocks_total bigint DEFAULT 0 NOT NULL,
  bytes_total bigint DEFAULT 0 NOT NULL,
  count_cursor uuid,
  release_cursor uuid,
  next_page bigint DEFAULT 0 NOT NULL,
  next_step_time timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  failures integer DEFAULT 0 NOT NULL,
  attention text,
  retries bigint DEFAULT 0 NOT NULL,
  held text,
  failure text,
  fail_time timestamp(3) with time zone,
  room_time timestamp with time zone,
  sweep_time timestamp(3) with time zone,
  CONSTRAINT purge_pkey PRIMARY KEY (realm_id),
  CONSTRAINT purge_check CHECK ((fence_time IS NULL) = (state = 'ordered'::text)),
  CONSTRAINT purge_check1 CHECK ((shred_time IS NULL) = (state = ANY (ARRAY['ordered'::text, 'fenced'::text]))),
  CONSTRAINT purge_check2 CHECK ((count_time IS NULL) = (state = ANY (ARRAY['ordered'::text, 'fenced'::text, 'shredded'::text]))),
  CONSTRAINT purge_check3 CHECK ((close_time IS NULL) = (state <> 'closed'::text)),
  CONSTRAINT purge_check4 CHECK (report_time IS NULL OR state = 'closed'::text),
  CONSTRAINT purge_epoch_check CHECK (epoch > 0),
  CONSTRAINT purge_held_check CHECK (held = ANY (ARRAY['paused'::text, 'blocks_kept'::text, 'blocks_delayed'::text])),
  CONSTRAINT purge_retries_check CHECK (retries >= 0),
  CONSTRAINT purge_state_check CHECK (state = ANY (ARRAY['ordered'::text, 'fenced'::text, 'shredded'::text, 'releasing'::text, 'closed'::text]))
);
CREATE INDEX purge_awaiting_room ON public.purge USING btree (room_time) WHERE (room_time IS NOT NULL);
CREATE INDEX purge_due ON public.purge USING btree (organization_id, next_step_time) WHERE ((report_time IS NULL) AND (attention IS NULL));
CREATE INDEX purge_open ON public.purge USING btree (realm_id) WHERE (report_time IS NULL);

CREATE TABLE realm (
  realm_id uuid NOT NULL,
  organization_id text NOT NULL,
  state text NOT NULL,
  create_time timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT realm_pkey PRIMARY KEY (realm_id),
  CONSTRAINT realm_organization_id_check CHECK (organization_id ~ '^[^/[:cntrl:]]{1,32}$'::text),
  CONSTRAINT realm_state_check CHECK (state = ANY (ARRAY['active'::text, 'fenced'::text, 'purged'::text]))
);
CREATE INDEX realm_by_organization ON public.realm USING btree (organization_id);
CREATE TRIGGER realm_moves BEFORE UPDATE ON public.realm FOR EACH ROW EXECUTE FUNCTION realm_moves();

CREATE TABLE release_limit (
  organization_id text NOT NULL,
  blocks_per_second bigint NOT NULL,
  set_by text NOT NULL,
  set_time timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  tokens double precision DEFAULT 0 NOT NULL,
  refill_time timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT release_limit_pkey PRIMARY KEY (organization_id),
  CONSTRAINT release_limit_blocks_per_second_check CHECK (blocks_per_second > 0),
  CONSTRAINT release_limit_organization_id_check CHECK (organization_id ~ '^[^/[:cntrl:]]{1,32}$'::text),
  CONSTRAINT release_limit_set_by_check CHECK (set_by <> ''::text)
);

CREATE TABLE vlob_atom (
  realm_id uuid NOT NULL,
  vlob_id uuid NOT NULL,
  version integer NOT NULL,
  blob bytea NOT NULL,
  create_time timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT vlob_atom_pkey PRIMARY KEY (realm_id, vlob_id, version),
  CONSTRAINT vlob_atom_realm_id_fkey FOREIGN KEY (realm_id) REFERENCES realm(realm_id),
  CONSTRAINT vlob_atom_version_check CHECK (version > 0)
);

CREATE OR REPLACE FUNCTION public.realm_moves()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.realm_id <> old.realm_id or new.organization_id <> old.organization_id
     or (old.state, new.state) not in (('active', 'active'), ('active', 'fenced'), ('fenced', 'fenced'),
                                       ('fenced', 'purged'), ('purged', 'purged')) then
    raise exception 'realm % cannot go from % to %', old.realm_id, old.state, new.state using errcode = 'check_violation';
  end if;
  return new;
end $function$;
