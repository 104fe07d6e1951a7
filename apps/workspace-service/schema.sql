-- What the migrations of workspace-service make. Written by "npm run generate:schemas"; do not edit.

CREATE TABLE account (
  user_id text NOT NULL,
  organization_id text NOT NULL,
  email text NOT NULL,
  name text NOT NULL,
  last_name text NOT NULL,
  org_role smallint NOT NULL,
  validated boolean NOT NULL,
  revoke_time timestamp(3) with time zone,
  CONSTRAINT account_pkey PRIMARY KEY (user_id),
  CONSTRAINT account_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(organization_id),
  CONSTRAINT account_org_role_check CHECK (org_role = ANY (ARRAY[0, 1, 2, 254, 255])),
  CONSTRAINT account_user_id_check CHECK (user_id <> ''::text AND length(user_id) <= 128)
);
CREATE INDEX account_by_organization ON public.account USING btree (organization_id, user_id);

CREATE TABLE bucket (
  bucket_id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  name text NOT NULL,
  created_by text NOT NULL,
  create_time timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  delete_time timestamp(3) with time zone,
  CONSTRAINT bucket_pkey PRIMARY KEY (bucket_id),
  CONSTRAINT bucket_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id),
  CONSTRAINT bucket_name_check CHECK (length(name) >= 1 AND length(name) <= 255)
);
CREATE INDEX bucket_by_workspace ON public.bucket USING btree (workspace_id, bucket_id);
CREATE INDEX bucket_live ON public.bucket USING btree (workspace_id, bucket_id) WHERE (delete_time IS NULL);
CREATE TRIGGER bucket_needs_workspace BEFORE INSERT OR UPDATE ON public.bucket FOR EACH ROW WHEN ((new.delete_time IS NULL)) EXECUTE FUNCTION child_needs_workspace('active');

CREATE TABLE certificate (
  certificate_id uuid NOT NULL,
  deletion_id uuid NOT NULL,
  organization_id text NOT NULL,
  sequence bigint NOT NULL,
  jws text NOT NULL,
  issue_time timestamp(3) with time zone NOT NULL,
  CONSTRAINT certificate_pkey PRIMARY KEY (certificate_id),
  CONSTRAINT certificate_deletion_id_key UNIQUE (deletion_id),
  CONSTRAINT certificate_organization_id_sequence_key UNIQUE (organization_id, sequence),
  CONSTRAINT certificate_deletion_id_fkey FOREIGN KEY (deletion_id) REFERENCES deletion(deletion_id),
  CONSTRAINT certificate_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(organization_id),
  CONSTRAINT certificate_sequence_check CHECK (sequence > 0)
);
CREATE TRIGGER certificate_is_not_emptied BEFORE TRUNCATE ON public.certificate FOR EACH STATEMENT EXECUTE FUNCTION row_stays();
CREATE TRIGGER certificate_stays BEFORE DELETE OR UPDATE ON public.certificate FOR EACH ROW EXECUTE FUNCTION row_stays();

CREATE TABLE deletion (
  deletion_id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  organization_id text NOT NULL,
  epoch bigint NOT NULL,
  kind text NOT NULL,
  requested_by text NOT NULL,
  delete_time timestamp(3) with time zone,
  purge_time timestamp(3) with time zone,
  purge_mode text,
  restore_time timestamp(3) with time zone,
  restored_by text,
  grant_time timestamp(3) with time zone,
  granted_by text,
  purged_time timestamp(3) with time zone,
  notice_time timestamp(3) with time zone,
  keep_blocks boolean DEFAULT false NOT NULL,
  release_time timestamp(3) with time zone,
  released_by text,
  pause_time timestamp(3) with time zone,
  paused_by text,
  pause_reason text,
  retries bigint DEFAULT 0 NOT NULL,
  order_time timestamp(3) with time zone,
  replay_of uuid,
  replay_id uuid,
  superseded_time timestamp(3) with time zone,
  state text GENERATED ALWAYS AS (
CASE
    WHEN (restore_time IS NOT NULL) THEN 'restored'::text
    WHEN (purged_time IS NOT NULL) THEN 'purged'::text
    WHEN (superseded_time IS NOT NULL) THEN 'superseded'::text
    WHEN (grant_time IS NOT NULL) THEN 'purging'::text
    ELSE 'scheduled'::text
END) STORED NOT NULL,
  sweep_delay_seconds bigint,
  sweep_time timestamp(3) with time zone GENERATED ALWAYS AS (
CASE
    WHEN (restore_time IS NULL) THEN (((COALESCE(grant_time, purge_time) AT TIME ZONE 'UTC'::text) + make_interval(secs => (sweep_delay_seconds)::double precision)) AT TIME ZONE 'UTC'::text)
    ELSE NULL::timestamp with time zone
END) STORED,
  unproven_blocks bigint,
  unproven_epoch bigint,
  unproven_reason text,
  CONSTRAINT superseded_is_replayed TRIGGER DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT deletion_pkey PRIMARY KEY (deletion_id),
  CONSTRAINT deletion_workspace_id_epoch_key UNIQUE (workspace_id, epoch),
  CONSTRAINT deletion_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(organization_id),
  CONSTRAINT deletion_replay_of_fkey FOREIGN KEY (replay_of) REFERENCES deletion(deletion_id),
  CONSTRAINT deletion_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id),
  CONSTRAINT deletion_check CHECK ((kind = 'deletion_planned'::text) = (delete_time IS NOT NULL)),
  CONSTRAINT deletion_check1 CHECK ((purge_time IS NULL) = (purge_mode IS NULL)),
  CONSTRAINT deletion_check10 CHECK ((release_time IS NULL) = (released_by IS NULL)),
  CONSTRAINT deletion_check11 CHECK (release_time IS NULL OR keep_blocks),
  CONSTRAINT deletion_check12 CHECK ((pause_time IS NULL) = (paused_by IS NULL)),
  CONSTRAINT deletion_check13 CHECK ((pause_time IS NULL) = (pause_reason IS NULL)),
  CONSTRAINT deletion_check14 CHECK (pause_time IS NULL OR grant_time IS NOT NULL),
  CONSTRAINT deletion_check15 CHECK (retries = 0 OR grant_time IS NOT NULL),
  CONSTRAINT deletion_check16 CHECK (order_time IS NULL OR grant_time IS NOT NULL),
  CONSTRAINT deletion_check17 CHECK ((replay_of IS NULL) = (replay_id IS NULL)),
  CONSTRAINT deletion_check18 CHECK (replay_of IS NULL OR grant_time IS NOT NULL),
  CONSTRAINT deletion_check19 CHECK (superseded_time IS NULL OR grant_time IS NOT NULL AND purged_time IS NULL),
  CONSTRAINT deletion_check2 CHECK (purge_time >= delete_time),
  CONSTRAINT deletion_check20 CHECK ((sweep_delay_seconds IS NULL) = (kind = 'deletion_planned'::text AND purge_time IS NULL)),
  CONSTRAINT deletion_check21 CHECK (purged_time IS NULL OR purged_time >= sweep_time),
  CONSTRAINT deletion_check22 CHECK ((unproven_blocks IS NULL) = (unproven_epoch IS NULL)),
  CONSTRAINT deletion_check23 CHECK (unproven_reason IS NULL OR unproven_blocks IS NOT NULL),
  CONSTRAINT deletion_check24 CHECK (unproven_blocks IS NULL OR replay_of IS NOT NULL),
  CONSTRAINT deletion_check25 CHECK (unproven_epoch >= 1 AND unproven_epoch <= (epoch - 1)),
  CONSTRAINT deletion_check3 CHECK (restore_time IS NULL OR grant_time IS NULL),
  CONSTRAINT deletion_check4 CHECK ((restore_time IS NULL) = (restored_by IS NULL)),
  CONSTRAINT deletion_check5 CHECK ((grant_time IS NULL) = (granted_by IS NULL)),
  CONSTRAINT deletion_check6 CHECK (kind = 'orphaned'::text OR grant_time IS NULL OR purge_time IS NOT NULL AND grant_time >= purge_time),
  CONSTRAINT deletion_check7 CHECK (purged_time IS NULL OR purged_time >= grant_time),
  CONSTRAINT deletion_check8 CHECK (notice_time IS NULL OR purge_time IS NOT NULL),
  CONSTRAINT deletion_check9 CHECK (NOT keep_blocks OR grant_time IS NOT NULL),
  CONSTRAINT deletion_epoch_check CHECK (epoch > 0),
  CONSTRAINT deletion_kind_check CHECK (kind = ANY (ARRAY['deletion_planned'::text, 'orphaned'::text])),
  CONSTRAINT deletion_purge_mode_check CHECK (purge_mode = ANY (ARRAY['automatic'::text, 'manual'::text])),
  CONSTRAINT deletion_requested_by_check CHECK (requested_by <> ''::text),
  CONSTRAINT deletion_retries_check CHECK (retries >= 0),
  CONSTRAINT deletion_sweep_delay_seconds_check CHECK (sweep_delay_seconds >= 0 AND sweep_delay_seconds <= '3155760000'::bigint),
  CONSTRAINT deletion_unproven_blocks_check CHECK (unproven_blocks > 0),
  CONSTRAINT deletion_unproven_reason_check CHECK (unproven_reason <> ''::text)
);
CREATE INDEX deletion_by_organization ON public.deletion USING btree (organization_id, COALESCE(
CASE
    WHEN (replay_of IS NULL) THEN delete_time
    ELSE NULL::timestamp with time zone
END, grant_time) DESC, deletion_id DESC);
CREATE INDEX deletion_by_state ON public.deletion USING btree (state, organization_id, COALESCE(
CASE
    WHEN (replay_of IS NULL) THEN delete_time
    ELSE NULL::timestamp with time zone
END, grant_time) DESC, deletion_id DESC);
CREATE INDEX deletion_due ON public.deletion USING btree (purge_time) WHERE ((state = 'scheduled'::text) AND (purge_mode = 'automatic'::text));
CREATE INDEX deletion_open ON public.deletion USING btree (grant_time, deletion_id) WHERE (state = 'purging'::text);
CREATE INDEX deletion_replayable ON public.deletion USING btree (organization_id, workspace_id, purged_time) WHERE (state = ANY (ARRAY['purging'::text, 'purged'::text]));
CREATE UNIQUE INDEX deletion_replayed_once ON public.deletion USING btree (workspace_id, replay_id) WHERE (replay_id IS NOT NULL);
CREATE INDEX deletion_scheduled ON public.deletion USING btree (organization_id, workspace_id) WHERE (state = 'scheduled'::text);
CREATE INDEX deletion_unnoticed ON public.deletion USING btree (purge_time) WHERE ((state = 'scheduled'::text) AND (notice_time IS NULL));
CREATE TRIGGER deletion_is_not_emptied BEFORE TRUNCATE ON public.deletion FOR EACH STATEMENT EXECUTE FUNCTION row_stays();
CREATE TRIGGER deletion_moves BEFORE UPDATE ON public.deletion FOR EACH ROW EXECUTE FUNCTION deletion_moves();
CREATE TRIGGER deletion_stays BEFORE DELETE ON public.deletion FOR EACH ROW EXECUTE FUNCTION row_stays();
CREATE TRIGGER intervention_moves BEFORE UPDATE ON public.deletion FOR EACH ROW EXECUTE FUNCTION intervention_moves();
CREATE TRIGGER notice_is_given_once BEFORE UPDATE OF notice_time ON public.deletion FOR EACH ROW WHEN ((new.notice_time IS DISTINCT FROM old.notice_time)) EXECUTE FUNCTION notice_is_given_once();
CREATE TRIGGER replay_keeps_unproven_blocks BEFORE INSERT ON public.deletion FOR EACH ROW WHEN ((new.replay_of IS NOT NULL)) EXECUTE FUNCTION replay_keeps_unproven_blocks();
CREATE CONSTRAINT TRIGGER superseded_is_replayed AFTER INSERT OR UPDATE ON public.deletion DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN ((new.superseded_time IS NOT NULL)) EXECUTE FUNCTION superseded_is_replayed();
CREATE TRIGGER unproven_blocks_stay BEFORE UPDATE ON public.deletion FOR EACH ROW EXECUTE FUNCTION unproven_blocks_stay();

CREATE TABLE deletion_participant (
  deletion_id uuid NOT NULL,
  participant text NOT NULL,
  gives_block_evidence boolean NOT NULL,
  evidence jsonb,
  report_time timestamp(3) with time zone,
  report_form smallint DEFAULT 1 NOT NULL,
  CONSTRAINT deletion_participant_pkey PRIMARY KEY (deletion_id, participant),
  CONSTRAINT deletion_participant_deletion_id_fkey FOREIGN KEY (deletion_id) REFERENCES deletion(deletion_id),
  CONSTRAINT deletion_participant_check CHECK ((evidence IS NULL) = (report_time IS NULL)),
  CONSTRAINT deletion_participant_report_form_check CHECK (report_form = ANY (ARRAY[1, 2]))
);
CREATE TRIGGER evidence_is_not_emptied BEFORE TRUNCATE ON public.deletion_participant FOR EACH STATEMENT EXECUTE FUNCTION row_stays();
CREATE TRIGGER evidence_stays BEFORE DELETE OR UPDATE ON public.deletion_participant FOR EACH ROW EXECUTE FUNCTION evidence_stays();

CREATE TABLE deletion_policy (
  organization_id text NOT NULL,
  grace_seconds bigint NOT NULL,
  orphan_delay_seconds bigint NOT NULL,
  sequestered boolean NOT NULL,
  purge_mode text NOT NULL,
  sweep_delay_seconds bigint NOT NULL,
  CONSTRAINT deletion_policy_pkey PRIMARY KEY (organization_id),
  CONSTRAINT deletion_policy_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(organization_id),
  CONSTRAINT deletion_policy_grace_seconds_check CHECK (grace_seconds >= 0),
  CONSTRAINT deletion_policy_grace_seconds_check1 CHECK (grace_seconds <= '3155760000'::bigint),
  CONSTRAINT deletion_policy_orphan_delay_seconds_check CHECK (orphan_delay_seconds >= 0),
  CONSTRAINT deletion_policy_orphan_delay_seconds_check1 CHECK (orphan_delay_seconds <= '3155760000'::bigint),
  CONSTRAINT deletion_policy_purge_mode_check CHECK (purge_mode = ANY (ARRAY['automatic'::text, 'manual'::text])),
  CONSTRAINT deletion_policy_sweep_delay_seconds_check CHECK (sweep_delay_seconds >= 0 AND sweep_delay_seconds <= '3155760000'::bigint)
);

CREATE TABLE deletion_progress (
  deletion_id uuid NOT NULL,
  participant text NOT NULL,
  progress jsonb NOT NULL,
  conditions jsonb NOT NULL,
  report_time timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  change_time timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT deletion_progress_pkey PRIMARY KEY (deletion_id, participant),
  CONSTRAINT deletion_progress_deletion_id_fkey FOREIGN KEY (deletion_id) REFERENCES deletion(deletion_id)
);

CREATE TABLE hold (
  hold_id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  origin text NOT NULL,
  reason text NOT NULL,
  placed_by text NOT NULL,
  place_time timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  released_by text,
  release_time timestamp(3) with time zone,
  by_operator boolean NOT NULL,
  CONSTRAINT hold_pkey PRIMARY KEY (hold_id),
  CONSTRAINT hold_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id),
  CONSTRAINT hold_check CHECK ((released_by IS NULL) = (release_time IS NULL)),
  CONSTRAINT hold_origin_check CHECK (origin <> ''::text),
  CONSTRAINT hold_placed_by_check CHECK (placed_by <> ''::text),
  CONSTRAINT hold_reason_check CHECK (reason <> ''::text)
);
CREATE INDEX hold_by_workspace ON public.hold USING btree (workspace_id, place_time DESC, hold_id DESC);
CREATE INDEX hold_in_force ON public.hold USING btree (workspace_id) WHERE (release_time IS NULL);
CREATE INDEX hold_of_origin ON public.hold USING btree (workspace_id, by_operator, origin) WHERE (release_time IS NULL);
CREATE TRIGGER hold_is_not_emptied BEFORE TRUNCATE ON public.hold FOR EACH STATEMENT EXECUTE FUNCTION row_stays();
CREATE TRIGGER hold_moves BEFORE UPDATE ON public.hold FOR EACH ROW EXECUTE FUNCTION hold_moves();
CREATE TRIGGER hold_needs_workspace BEFORE INSERT ON public.hold FOR EACH ROW EXECUTE FUNCTION child_needs_workspace('active', 'deleted');
CREATE TRIGGER hold_stays BEFORE DELETE ON public.hold FOR EACH ROW EXECUTE FUNCTION row_stays();

CREATE TABLE kept_answer (
  user_id text NOT NULL,
  idempotency_key text NOT NULL,
  request text NOT NULL,
  workspace_id uuid NOT NULL,
  answer jsonb NOT NULL,
  answer_time timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT kept_answer_pkey PRIMARY KEY (user_id, idempotency_key),
  CONSTRAINT kept_answer_user_id_fkey FOREIGN KEY (user_id) REFERENCES account(user_id),
  CONSTRAINT kept_answer_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id),
  CONSTRAINT kept_answer_idempotency_key_check CHECK (length(idempotency_key) >= 1 AND length(idempotency_key) <= 255)
);
CREATE INDEX kept_answer_by_time ON public.kept_answer USING btree (answer_time);
CREATE INDEX kept_answer_by_workspace ON public.kept_answer USING btree (workspace_id);

CREATE TABLE membership (
  workspace_id uuid NOT NULL,
  user_id text NOT NULL,
  role text NOT NULL,
  suspended_epoch bigint,
  CONSTRAINT member_counts TRIGGER DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT membership_pkey PRIMARY KEY (workspace_id, user_id),
  CONSTRAINT membership_user_id_fkey FOREIGN KEY (user_id) REFERENCES account(user_id),
  CONSTRAINT membership_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id),
  CONSTRAINT membership_role_check CHECK (role = ANY (ARRAY['READ'::text, 'WRITE'::text, 'ADMIN'::text]))
);
CREATE INDEX membership_by_user ON public.membership USING btree (user_id, workspace_id);
CREATE CONSTRAINT TRIGGER member_counts AFTER UPDATE OF suspended_epoch ON public.membership DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((new.suspended_epoch IS NULL) AND (old.suspended_epoch IS NOT NULL))) EXECUTE FUNCTION member_counts();
CREATE TRIGGER membership_needs_workspace BEFORE INSERT OR UPDATE OF role ON public.membership FOR EACH ROW EXECUTE FUNCTION child_needs_workspace('active');

CREATE TABLE organization (
  organization_id text NOT NULL,
  CONSTRAINT organization_pkey PRIMARY KEY (organization_id),
  CONSTRAINT organization_organization_id_check CHECK (organization_id ~ '^[^/[:cntrl:]]{1,32}$'::text)
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

CREATE TABLE repository (
  repository_id uuid NOT NULL,
  workspace_id uuid NOT NULL,
  name text NOT NULL,
  created_by text NOT NULL,
  create_time timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  delete_time timestamp(3) with time zone,
  CONSTRAINT repository_pkey PRIMARY KEY (repository_id),
  CONSTRAINT repository_workspace_id_fkey FOREIGN KEY (workspace_id) REFERENCES workspace(workspace_id),
  CONSTRAINT repository_name_check CHECK (length(name) >= 1 AND length(name) <= 255)
);
CREATE INDEX repository_by_workspace ON public.repository USING btree (workspace_id, repository_id);
CREATE INDEX repository_live ON public.repository USING btree (workspace_id, repository_id) WHERE (delete_time IS NULL);
CREATE TRIGGER repository_needs_workspace BEFORE INSERT OR UPDATE ON public.repository FOR EACH ROW WHEN ((new.delete_time IS NULL)) EXECUTE FUNCTION child_needs_workspace('active');

CREATE TABLE repository_bucket (
  repository_id uuid NOT NULL,
  bucket_id uuid NOT NULL,
  CONSTRAINT repository_bucket_pkey PRIMARY KEY (repository_id, bucket_id),
  CONSTRAINT repository_bucket_bucket_id_fkey FOREIGN KEY (bucket_id) REFERENCES bucket(bucket_id) ON DELETE CASCADE,
  CONSTRAINT repository_bucket_repository_id_fkey FOREIGN KEY (repository_id) REFERENCES repository(repository_id) ON DELETE CASCADE
);
CREATE INDEX repository_bucket_by_bucket ON public.repository_bucket USING btree (bucket_id);

CREATE TABLE system_event (
  event_no bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
  organization_id text NOT NULL,
  workspace_id uuid,
  context smallint NOT NULL,
  context_id text NOT NULL,
  action smallint NOT NULL,
  user_id text NOT NULL,
  by_operator boolean NOT NULL,
  detail jsonb,
  event_time timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT system_event_pkey PRIMARY KEY (event_no),
  CONSTRAINT system_event_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(organization_id),
  CONSTRAINT system_event_action_check CHECK (action = ANY (ARRAY[0, 1, 2])),
  CONSTRAINT system_event_context_check CHECK (context = ANY (ARRAY[0, 1, 2, 3, 5, 8])),
  CONSTRAINT system_event_context_id_check CHECK (context_id <> ''::text),
  CONSTRAINT system_event_user_id_check CHECK (user_id <> ''::text)
);
CREATE INDEX system_event_by_context ON public.system_event USING btree (organization_id, context, action, event_time DESC, event_no DESC);
CREATE INDEX system_event_by_organization ON public.system_event USING btree (organization_id, event_time DESC, event_no DESC);
CREATE INDEX system_event_by_subject ON public.system_event USING btree (organization_id, context_id, event_time DESC, event_no DESC);
CREATE INDEX system_event_by_user ON public.system_event USING btree (organization_id, user_id, event_time DESC, event_no DESC);
CREATE INDEX system_event_by_workspace ON public.system_event USING btree (organization_id, workspace_id, event_time DESC, event_no DESC);
CREATE TRIGGER system_event_is_not_emptied BEFORE TRUNCATE ON public.system_event FOR EACH STATEMENT EXECUTE FUNCTION row_stays();
CREATE TRIGGER system_event_stays BEFORE DELETE OR UPDATE ON public.system_event FOR EACH ROW EXECUTE FUNCTION row_stays();

CREATE TABLE workspace (
  workspace_id uuid NOT NULL,
  organization_id text NOT NULL,
  name text,
  state text NOT NULL,
  epoch bigint NOT NULL,
  revision bigint DEFAULT 1 NOT NULL,
  created_by text NOT NULL,
  create_time timestamp(3) with time zone DEFAULT clock_timestamp() NOT NULL,
  is_default boolean DEFAULT false NOT NULL,
  CONSTRAINT purging_is_granted TRIGGER DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT purging_is_superseded TRIGGER DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT workspace_pkey PRIMARY KEY (workspace_id),
  CONSTRAINT workspace_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organization(organization_id),
  CONSTRAINT workspace_default_stays CHECK (NOT is_default OR state = 'active'::text),
  CONSTRAINT workspace_epoch_check CHECK (epoch >= 0),
  CONSTRAINT workspace_name_check CHECK (length(name) >= 1 AND length(name) <= 255),
  CONSTRAINT workspace_name_goes CHECK (
CASE state
    WHEN 'purged'::text THEN name IS NULL
    WHEN 'purging'::text THEN true
    ELSE name IS NOT NULL
END),
  CONSTRAINT workspace_state_check CHECK (state = ANY (ARRAY['active'::text, 'deleted'::text, 'purging'::text, 'purged'::text]))
);
CREATE INDEX workspace_by_organization ON public.workspace USING btree (organization_id, workspace_id);
CREATE UNIQUE INDEX workspace_default ON public.workspace USING btree (organization_id) WHERE is_default;
CREATE INDEX workspace_in_bin ON public.workspace USING btree (organization_id, workspace_id) WHERE (state = 'deleted'::text);
CREATE CONSTRAINT TRIGGER purging_is_granted AFTER UPDATE ON public.workspace DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((new.state = 'purging'::text) AND (old.state <> 'purging'::text))) EXECUTE FUNCTION purging_is_granted();
CREATE CONSTRAINT TRIGGER purging_is_superseded AFTER UPDATE ON public.workspace DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (((new.state = 'purging'::text) AND (old.state = 'purging'::text) AND (new.epoch <> old.epoch))) EXECUTE FUNCTION purging_is_superseded();
CREATE TRIGGER workspace_begins BEFORE INSERT ON public.workspace FOR EACH ROW EXECUTE FUNCTION workspace_begins();
CREATE TRIGGER workspace_is_clear BEFORE UPDATE ON public.workspace FOR EACH ROW WHEN (((old.state = 'active'::text) AND (new.state = 'deleted'::text))) EXECUTE FUNCTION workspace_is_clear();
CREATE TRIGGER workspace_is_not_emptied BEFORE TRUNCATE ON public.workspace FOR EACH STATEMENT EXECUTE FUNCTION row_stays();
CREATE TRIGGER workspace_moves BEFORE UPDATE ON public.workspace FOR EACH ROW EXECUTE FUNCTION workspace_moves();
CREATE TRIGGER workspace_stays BEFORE DELETE ON public.workspace FOR EACH ROW EXECUTE FUNCTION workspace_stays();

CREATE OR REPLACE FUNCTION public.blocks_agreed(d deletion)
 RETURNS boolean
 LANGUAGE sql
 STABLE
AS $function$
  select count(*) > 1
     and count(distinct jsonb_build_array(p.evidence -> 'blocks' -> 'pages', p.evidence -> 'blocks' -> 'blocksTotal',
                                          p.evidence -> 'blocks' -> 'blocksSwept', p.evidence -> 'blocks' -> 'blocksRetained',
                                          p.evidence -> 'blocks' -> 'root')) = 1
     and bool_and(coalesce(p.evidence ? 'blocks', false))
     and bool_and(coalesce((p.evidence -> 'blocks' ->> 'blocksTotal')::bigint, 0) >= coalesce(d.unproven_blocks, 0))
     and bool_and(coalesce(p.report_time >= greatest(d.sweep_time, d.release_time), false))
    from deletion_participant p
   where p.deletion_id = d.deletion_id and p.gives_block_evidence
$function$;

CREATE OR REPLACE FUNCTION public.child_needs_workspace()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  now_in text;
begin
  select state into now_in from workspace where workspace_id = new.workspace_id for share;
  if now_in is null or not now_in = any (tg_argv::text[]) then
    raise exception 'a % needs a workspace that is %', tg_table_name, array_to_string(tg_argv::text[], ' or ')
      using errcode = 'check_violation';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.deletion_moves()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if (new.deletion_id, new.workspace_id, new.organization_id, new.epoch, new.kind, new.requested_by)
       is distinct from (old.deletion_id, old.workspace_id, old.organization_id, old.epoch, old.kind, old.requested_by)
     or (new.delete_time, new.purge_time, new.purge_mode, new.sweep_delay_seconds)
       is distinct from (old.delete_time, old.purge_time, old.purge_mode, old.sweep_delay_seconds) then
    raise exception 'a deletion keeps what was frozen with it' using errcode = 'check_violation';
  end if;
  if (old.restore_time is not null and (new.restore_time, new.restored_by) is distinct from (old.restore_time, old.restored_by))
     or (old.grant_time is not null and (new.grant_time, new.granted_by) is distinct from (old.grant_time, old.granted_by))
     or (old.purged_time is not null and new.purged_time is distinct from old.purged_time)
     or (new.purged_time is not null and new.grant_time is null) then
    raise exception 'a deletion never goes back' using errcode = 'check_violation';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.evidence_stays()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_op = 'DELETE' or new.deletion_id <> old.deletion_id or new.participant <> old.participant
     or new.gives_block_evidence <> old.gives_block_evidence
     or old.evidence is not null and (new.evidence, new.report_time, new.report_form)
          is distinct from (old.evidence, old.report_time, old.report_form) then
    raise exception 'a required participant and its evidence stay' using errcode = 'check_violation';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.hold_moves()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if (new.hold_id, new.workspace_id, new.origin, new.reason, new.placed_by, new.place_time, new.by_operator)
       is distinct from (old.hold_id, old.workspace_id, old.origin, old.reason, old.placed_by, old.place_time, old.by_operator)
     or old.release_time is not null then
    raise exception 'a hold stays as it was placed, and is released once' using errcode = 'check_violation';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.intervention_moves()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if (new.replay_of, new.replay_id) is distinct from (old.replay_of, old.replay_id)
     or (old.grant_time is not null and new.keep_blocks <> old.keep_blocks)
     or (old.release_time is not null and (new.release_time, new.released_by) is distinct from (old.release_time, old.released_by))
     or new.retries < old.retries
     or (old.superseded_time is not null and new.superseded_time is distinct from old.superseded_time)
     or ((old.purged_time is not null or old.superseded_time is not null)
         and (new.pause_time, new.retries, new.release_time) is distinct from (old.pause_time, old.retries, old.release_time)) then
    raise exception 'what was ordered of a purge is not taken back' using errcode = 'check_violation';
  end if;
  -- a certificate says that nothing is left
  if new.purged_time is not null and old.purged_time is null and new.keep_blocks and new.release_time is null then
    raise exception 'blocks are kept: no certificate' using errcode = 'check_violation', constraint = 'no_kept_blocks';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.member_counts()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if not exists (select from workspace w where w.workspace_id = new.workspace_id and w.state = 'active') then
    raise exception 'a member counts only in a workspace that is active' using errcode = 'check_violation';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.notice_is_given_once()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if old.notice_time is not null or old.restore_time is not null or old.grant_time is not null then
    raise exception 'the notice of a purge is given once, while it is ahead' using errcode = 'check_violation';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.purging_is_granted()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if not exists (select from deletion d
                  where d.workspace_id = new.workspace_id and d.epoch = new.epoch and d.grant_time is not null) then
    raise exception 'workspace % is purging without a grant', new.workspace_id using errcode = 'check_violation';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.purging_is_superseded()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if not exists (select from deletion d
                   join deletion replay on replay.replay_of = d.deletion_id and replay.workspace_id = d.workspace_id
                                       and replay.epoch = d.epoch + 1
                  where d.workspace_id = new.workspace_id and d.epoch = old.epoch and d.superseded_time is not null) then
    raise exception 'the epoch of workspace % moves without a replay', new.workspace_id using errcode = 'check_violation';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.replay_keeps_unproven_blocks()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  earlier deletion;
  counted bigint;
begin
  -- a report holds the row while it is written: it is seen here, or comes too late
  select d.* into earlier from deletion d where d.deletion_id = new.replay_of for update;
  if earlier.state = 'purged' then
    return new;
  end if;
  select greatest(earlier.unproven_blocks, max((p.evidence -> 'blocks' ->> 'blocksTotal')::bigint),
                  max((said.progress ->> 'blocksTotal')::bigint))
    into counted
    from deletion_participant p
    left join deletion_progress said using (deletion_id, participant)
   where p.deletion_id = earlier.deletion_id and p.gives_block_evidence;
  if counted > 0 and blocks_agreed(earlier) then
    raise exception 'its blocks are reported gone by all who count them: it waits for its certificate, and is replayed then'
      using errcode = 'check_violation', constraint = 'replay_keeps_unproven_blocks';
  end if;
  if counted > coalesce(new.unproven_blocks, 0) then
    raise exception 'a replay keeps the number of blocks that were never shown to be gone: % were counted', counted
      using errcode = 'check_violation', constraint = 'replay_keeps_unproven_blocks';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.row_stays()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'a row of % stays as it is', tg_table_name using errcode = 'check_violation';
end $function$;

CREATE OR REPLACE FUNCTION public.superseded_is_replayed()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if not exists (select from deletion replay
                   join workspace w using (workspace_id)
                  where replay.replay_of = new.deletion_id and replay.workspace_id = new.workspace_id
                    and replay.epoch = new.epoch + 1 and w.epoch > new.epoch) then
    raise exception 'a deletion is superseded by its replay alone' using errcode = 'check_violation';
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION public.unproven_blocks_stay()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if (new.unproven_blocks, new.unproven_epoch, new.unproven_reason)
       is distinct from (old.unproven_blocks, old.unproven_epoch, old.unproven_reason) then
    raise exception 'a replay keeps the number of blocks that were never shown to be gone' using errcode = 'check_violation';
  end if;
  -- each of those who count blocks must have counted as many
  if new.purged_time is not null and old.purged_time is null
     and exists (select from deletion_participant p
                  where p.deletion_id = new.deletion_id and p.gives_block_evidence
                    and coalesce((p.evidence -> 'blocks' ->> 'blocksTotal')::bigint, 0) < new.unproven_blocks) then
    raise exception 'blocks were never shown to be gone: no certificate'
      using errcode = 'check_violation', constraint = 'no_unproven_blocks';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.workspace_begins()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.state <> 'active' then
    raise exception 'a workspace begins active' using errcode = 'check_violation';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.workspace_is_clear()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if exists (select from bucket b where b.workspace_id = new.workspace_id and b.delete_time is null)
     or exists (select from repository r where r.workspace_id = new.workspace_id and r.delete_time is null)
     or exists (select from hold h where h.workspace_id = new.workspace_id and h.release_time is null) then
    raise exception 'workspace % has live resources or holds', new.workspace_id
      using errcode = 'check_violation', constraint = 'workspace_is_clear';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.workspace_moves()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if new.workspace_id <> old.workspace_id or new.organization_id <> old.organization_id then
    raise exception 'a workspace keeps its id and organization' using errcode = 'check_violation';
  end if;
  if new.epoch < old.epoch then
    raise exception 'the epoch of workspace % never falls', old.workspace_id using errcode = 'check_violation';
  end if;
  if old.name is null and new.name is not null then
    raise exception 'the name of workspace % is gone', old.workspace_id using errcode = 'check_violation';
  end if;
  if new.state <> old.state then
    if not ((old.state, new.state) in (('active', 'deleted'), ('deleted', 'active'), ('active', 'purging'), ('purged', 'purging'))
              and new.epoch = old.epoch + 1
            or (old.state, new.state) in (('deleted', 'purging'), ('purging', 'purged'))
              and new.epoch = old.epoch) then
      raise exception 'workspace % cannot go from % (epoch %) to % (epoch %)',
        old.workspace_id, old.state, old.epoch, new.state, new.epoch using errcode = 'check_violation';
    end if;
  elsif new.epoch <> old.epoch and not (new.state = 'purging' and new.epoch = old.epoch + 1) then
    raise exception 'the epoch of workspace % moves only with its state', old.workspace_id using errcode = 'check_violation';
  end if;
  return new;
end $function$;

CREATE OR REPLACE FUNCTION public.workspace_stays()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  raise exception 'a workspace row is never deleted' using errcode = 'check_violation';
end $function$;
