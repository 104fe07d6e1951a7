-- What the migrations of blob-sweeper make. Written by "npm run generate:schemas"; do not edit.

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

CREATE TABLE store (
  store_id uuid NOT NULL,
  organization_id text NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,
  first_seen_time timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  retire_time timestamp(3) with time zone,
  retired_by text,
  retire_reason text,
  CONSTRAINT store_pkey PRIMARY KEY (store_id, organization_id),
  CONSTRAINT store_check CHECK ((retire_time IS NULL) = (retired_by IS NULL)),
  CONSTRAINT store_check1 CHECK ((retire_time IS NULL) = (retire_reason IS NULL)),
  CONSTRAINT store_kind_check CHECK (kind = ANY (ARRAY['s3'::text, 'filesystem'::text])),
  CONSTRAINT store_name_check CHECK (name <> ''::text)
);

CREATE TABLE store_retirement (
  order_no bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  store_id uuid NOT NULL,
  organization_id text NOT NULL,
  retired_by text NOT NULL,
  reason text NOT NULL,
  order_time timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT store_retirement_pkey PRIMARY KEY (order_no),
  CONSTRAINT store_retirement_reason_check CHECK (reason <> ''::text),
  CONSTRAINT store_retirement_retired_by_check CHECK (retired_by <> ''::text)
);
CREATE INDEX store_retirement_store ON public.store_retirement USING btree (store_id, order_no);

CREATE TABLE sweep_limit (
  store text NOT NULL,
  blocks_per_second bigint NOT NULL,
  set_by text NOT NULL,
  set_time timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  tokens double precision DEFAULT 0 NOT NULL,
  refill_time timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT sweep_limit_pkey PRIMARY KEY (store),
  CONSTRAINT sweep_limit_blocks_per_second_check CHECK (blocks_per_second > 0),
  CONSTRAINT sweep_limit_set_by_check CHECK (set_by <> ''::text),
  CONSTRAINT sweep_limit_store_check CHECK (store <> ''::text)
);

CREATE TABLE sweep_report (
  realm_id uuid NOT NULL,
  epoch bigint NOT NULL,
  pages bigint NOT NULL,
  report_time timestamp(3) with time zone,
  end_time timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  over_time timestamp(3) with time zone,
  CONSTRAINT sweep_report_pkey PRIMARY KEY (realm_id, epoch),
  CONSTRAINT sweep_report_over CHECK (report_time IS NULL OR over_time IS NULL)
);
CREATE INDEX sweep_report_open ON public.sweep_report USING btree (realm_id, epoch) WHERE ((report_time IS NULL) AND (over_time IS NULL));

CREATE TABLE swept_page (
  realm_id uuid NOT NULL,
  epoch bigint NOT NULL,
  page_no bigint NOT NULL,
  organization_id text NOT NULL,
  rows integer NOT NULL,
  swept integer NOT NULL,
  row_digest bytea NOT NULL,
  state text NOT NULL,
  stores text[] NOT NULL,
  blocks_left integer DEFAULT 0 NOT NULL,
  reason text,
  blocked_until timestamp(3) with time zone,
  sweep_time timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  block_time timestamp(3) with time zone,
  cut bigint DEFAULT 1 NOT NULL,
  outcomes jsonb DEFAULT '[]'::jsonb NOT NULL,
  CONSTRAINT swept_page_pkey PRIMARY KEY (realm_id, epoch, page_no),
  CONSTRAINT swept_page_check CHECK (swept >= 0 AND swept <= rows),
  CONSTRAINT swept_page_check1 CHECK ((state = 'blocked'::text) = (blocks_left > 0)),
  CONSTRAINT swept_page_check2 CHECK ((state = 'blocked'::text) = (reason IS NOT NULL)),
  CONSTRAINT swept_page_check3 CHECK ((state = 'blocked'::text) = (block_time IS NOT NULL)),
  CONSTRAINT swept_page_cut_check CHECK (cut > 0),
  CONSTRAINT swept_page_epoch_check CHECK (epoch > 0),
  CONSTRAINT swept_page_page_no_check CHECK (page_no >= 0),
  CONSTRAINT swept_page_row_digest_check CHECK (length(row_digest) = 32),
  CONSTRAINT swept_page_rows_check CHECK (rows > 0),
  CONSTRAINT swept_page_state_check CHECK (state = ANY (ARRAY['verified'::text, 'blocked'::text]))
);
CREATE INDEX swept_page_blocked ON public.swept_page USING btree (block_time, realm_id, epoch, page_no) WHERE (state = 'blocked'::text);
CREATE INDEX swept_page_rows ON public.swept_page USING btree (realm_id, row_digest);
