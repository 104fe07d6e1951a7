-- What the migrations of webhook-sender make. Written by "npm run generate:schemas"; do not edit.

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

CREATE TABLE delivery (
  delivery_id uuid DEFAULT gen_random_uuid() NOT NULL,
  webhook_id uuid NOT NULL,
  organization_id text NOT NULL,
  workspace_id uuid NOT NULL,
  event_id text NOT NULL,
  event_type text NOT NULL,
  event_time timestamp(3) with time zone NOT NULL,
  body text NOT NULL,
  create_time timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  attempts integer DEFAULT 0 NOT NULL,
  next_attempt_time timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  last_failure text,
  lease_id uuid,
  lease_time timestamp(3) with time zone,
  deliver_time timestamp(3) with time zone,
  give_up_time timestamp(3) with time zone,
  state text GENERATED ALWAYS AS (
CASE
    WHEN (deliver_time IS NOT NULL) THEN 'delivered'::text
    WHEN (give_up_time IS NOT NULL) THEN 'dead'::text
    ELSE 'pending'::text
END) STORED NOT NULL,
  CONSTRAINT delivery_pkey PRIMARY KEY (delivery_id),
  CONSTRAINT delivery_webhook_id_event_id_key UNIQUE (webhook_id, event_id),
  CONSTRAINT delivery_webhook_id_organization_id_fkey FOREIGN KEY (webhook_id, organization_id) REFERENCES webhook(webhook_id, organization_id) ON DELETE CASCADE,
  CONSTRAINT delivery_attempts_check CHECK (attempts >= 0),
  CONSTRAINT delivery_check CHECK (deliver_time IS NULL OR give_up_time IS NULL),
  CONSTRAINT delivery_check1 CHECK ((lease_id IS NULL) = (lease_time IS NULL)),
  CONSTRAINT delivery_check2 CHECK (state = 'pending'::text OR lease_id IS NULL),
  CONSTRAINT delivery_event_id_check CHECK (length(event_id) >= 1 AND length(event_id) <= 128)
);
CREATE INDEX delivery_dead ON public.delivery USING btree (give_up_time DESC, delivery_id DESC) WHERE (state = 'dead'::text);
CREATE INDEX delivery_dead_of ON public.delivery USING btree (organization_id, give_up_time DESC, delivery_id DESC) WHERE (state = 'dead'::text);
CREATE INDEX delivery_due ON public.delivery USING btree (webhook_id, next_attempt_time, event_time) WHERE (state = 'pending'::text);
CREATE INDEX delivery_in_hand ON public.delivery USING btree (webhook_id, lease_time) WHERE (lease_time IS NOT NULL);
CREATE INDEX delivery_over ON public.delivery USING btree (COALESCE(deliver_time, give_up_time)) WHERE (state <> 'pending'::text);
CREATE INDEX delivery_untried ON public.delivery USING btree (webhook_id, workspace_id, event_time) WHERE ((state = 'pending'::text) AND (attempts = 0));

CREATE TABLE inbox (
  consumer text NOT NULL,
  event_id text NOT NULL,
  receive_time timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT inbox_pkey PRIMARY KEY (consumer, event_id)
);
CREATE INDEX inbox_by_age ON public.inbox USING btree (receive_time);

CREATE TABLE webhook (
  webhook_id uuid NOT NULL,
  organization_id text NOT NULL,
  url text NOT NULL,
  event_types text[] NOT NULL,
  secret text NOT NULL,
  create_time timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  disable_time timestamp(3) with time zone,
  CONSTRAINT webhook_pkey PRIMARY KEY (webhook_id),
  CONSTRAINT webhook_webhook_id_organization_id_key UNIQUE (webhook_id, organization_id),
  CONSTRAINT webhook_event_types_check CHECK (cardinality(event_types) > 0),
  CONSTRAINT webhook_organization_id_check CHECK (organization_id ~ '^[^/[:cntrl:]]{1,32}$'::text),
  CONSTRAINT webhook_secret_check CHECK (secret ~ '^whsec_[A-Za-z0-9+/=]{32,}$'::text),
  CONSTRAINT webhook_url_check CHECK (length(url) >= 1 AND length(url) <= 2048)
);
CREATE INDEX webhook_by_organization ON public.webhook USING btree (organization_id, create_time, webhook_id);
