/*
 * Restore against purge: one workspace, everybody who may bring it back, hold it or destroy it, in every order.
 * docs/model.md says what this shows and what it does not; expected-results.ts what is expected of each variant.
 *
 * An atomic { } is one transaction of one database, or one answer of one service; between any two of them everybody else may act.
 * Messages are a bag: once sent, a message arrives never, once or often, in any order, however late.
 *
 * The world
 *   LOSS         the broker forgets messages, twice
 *   FORGE        somebody says all the time that a purge has started, of any epoch
 *   RECON        the loops look at rows, whatever became of the messages (start-due-purges, take-orders.loop, release-blocks)
 *   RAISE        a restore raises the epoch, too, as in Lethe. Without it every guard of the grant stands alone, so that its
 *                absence shows; with it the epoch alone would stop what the state stops.
 * Designs that are not Lethe's
 *   NAIVE        no grant: the purger trusts the last event it saw, and a timer
 *   EPOCH        no grant: the purger trusts the event of the highest epoch it saw, and a timer
 *   CHECK        no grant: the purger asks the authority, and destroys in a later step
 * Lethe, with one thing missing
 *   M_NOSTATE, M_NOEPOCH, M_NODUE, M_NOHOLD    a guard of the grant of a planned deletion
 *   M_NOORPHAN, M_NOSEQUESTER, M_NOORPHANHOLD  a guard of the grant of an orphan
 *   M_LATEHOLD   a hold is placed without a look at the state
 *   M_NOASK      realm-purge believes the message, and does not ask for the grant
 *   M_NOREPORT   the certificate waits for the blocks, not for every participant
 *   PARTIAL      the sweeper takes HTTP 200 for "all deleted"
 */

#ifdef RAISE
#define MAXE 5 /* deletions of epochs 1, 3 and 5 */
#define RESTORED_EPOCH (epoch + 1)
#define FOR_EACH_EPOCH(action) action(1) action(2) action(3) action(4) action(5)
#else
#define MAXE 3 /* deletions of epochs 1, 2 and 3 */
#define RESTORED_EPOCH epoch
#define FOR_EACH_EPOCH(action) action(1) action(2) action(3)
#endif

/* ---- what there is ---- */

/* The authority: workspace-service's database. */
mtype = { ACTIVE, DELETED, PURGING, PURGED };
mtype ws = ACTIVE;
byte epoch = 0;
bool due[6];              /* purge_time of this epoch's deletion is over */
bool held = false;        /* a hold is in force */
bool revoked = false;     /* every member is revoked: with an active workspace, an orphan */
bool orphanDue = false;   /* and has been for the policy's delay */
bool sequestered = false; /* somebody could still decrypt */
bool cert = false;        /* the certificate is signed */
bool orphanGrant = false; /* the grant was an orphan's; only for the properties */

/* What others keep of the workspace. */
bool meta = true;         /* keys and metadata, in realm-purge's database */
bool other = true;        /* a further participant's data */
bool obj[2] = true;       /* blocks in the object storage */
bool locked = true;       /* the second of them is under Object Lock */
bool done[2];             /* swept, read back, and in the ledger */
bool reported[2];         /* to the authority: realm-purge, behind the sweeper; the further participant */
bool started = false;     /* something has been destroyed */

/* The bag. */
bool m_scheduled[6];      /* workspace.deletion_scheduled */
bool m_restored[6];       /* workspace.restored, of the deletion that was undone */
bool m_started = false;   /* workspace.purge_started, for realm-purge */
bool m_joined = false;    /* the same, for the further participant */
bool m_pages = false;     /* realm.blocks_released */

#define PURGE_IS_ON (ws == PURGING || ws == PURGED)
#define GRANTED(e) (PURGE_IS_ON && epoch == e)                   /* GetGrant: find-grants.sql.ts */
#define IS_DUE_ORPHAN (ws == ACTIVE && revoked && orphanDue)     /* orphan.sql.ts */

/* The grant's transaction writes the event, too. Whether members come and go does not matter from here on. */
#define BEGIN_PURGE ws = PURGING; m_started = true; m_joined = true; revoked = false; orphanDue = false; sequestered = false

/* Events of before the purge are heard no more once the metadata are gone: to forget them keeps the number of states small. */
#define FORGET(e) due[e] = false; m_scheduled[e] = false; m_restored[e] = false;
#define DESTROY_METADATA meta = false; started = true; m_pages = true; FOR_EACH_EPOCH(FORGET)

/* ---- workspace-service: what people and time do ---- */

active proctype Users() {
end: do
  :: atomic { ws == ACTIVE && !held && !revoked && epoch < MAXE -> /* delete-workspace */
       epoch++; ws = DELETED; m_scheduled[epoch] = true }
  :: atomic { ws == DELETED && epoch < MAXE ->                     /* restore-workspace */
       m_restored[epoch] = true; ws = ACTIVE; epoch = RESTORED_EPOCH }
  od
}

#ifdef M_LATEHOLD
#define MAY_BE_HELD true
#else
#define MAY_BE_HELD (ws == ACTIVE || ws == DELETED)
#endif

/* place-hold, release-hold: behind the workspace's row lock, which the grant takes too. */
active proctype Holder() {
end: do
  :: atomic { !held && MAY_BE_HELD -> held = true }
  :: atomic { held -> held = false }
  od
}

/* delete-user, activate-user, set-deletion-policy: lockOrphanGuards in grant.sql.ts makes each one step against the grant. */
active proctype Organization() {
end: do
  :: atomic { ws == ACTIVE && !revoked -> revoked = true }
  :: atomic { ws == ACTIVE && revoked -> revoked = false; orphanDue = false }
  :: atomic { ws == ACTIVE -> sequestered = !sequestered }
  od
}

/* The authority's clock: the database's own. */
active proctype Clock() {
end: do
  :: atomic { ws == DELETED && !due[epoch] -> due[epoch] = true }
  :: atomic { ws == ACTIVE && revoked && !orphanDue -> orphanDue = true }
  od
}

/* ---- the grant: grant.sql.ts, reached by start-due-purges and start-purge ---- */

/* grantPlanned: each guard is one of its WHERE. `candidate` is the deletion that somebody has read of, at some time. */
#ifdef M_NOSTATE
#define STATE_GUARD (ws != PURGED)
#else
#define STATE_GUARD (ws == DELETED)
#endif
#ifdef M_NOEPOCH
#define EPOCH_GUARD true
#else
#define EPOCH_GUARD (epoch == candidate)
#endif
#ifdef M_NODUE
#define DUE_GUARD true
#else
#define DUE_GUARD due[candidate]
#endif
#ifdef M_NOHOLD
#define HOLD_GUARD true
#else
#define HOLD_GUARD (!held)
#endif

/* grantOrphaned, likewise. */
#ifdef M_NOORPHAN
#define ORPHAN_GUARD (ws == ACTIVE)
#else
#define ORPHAN_GUARD IS_DUE_ORPHAN
#endif
#ifdef M_NOSEQUESTER
#define SEQUESTER_GUARD true
#else
#define SEQUESTER_GUARD (!sequestered)
#endif
#ifdef M_NOORPHANHOLD
#define ORPHAN_HOLD_GUARD true
#else
#define ORPHAN_HOLD_GUARD (!held)
#endif

active proctype Granter() {
  byte candidate = 0; byte seen = 0;
  bool looked = false; /* CHECK: the authority has said yes */
  bool listed = false; /* list-deletable-realms has shown the workspace as an orphan */

/* What it hears, and believes or not. */
#ifdef NAIVE
#define HEAR(e) \
  :: atomic { m_scheduled[e] && candidate != e && meta -> candidate = e } \
  :: atomic { m_restored[e] && candidate != 0 && meta -> candidate = 0 }
#else
#define HEAR(e) \
  :: atomic { m_scheduled[e] && e > seen && meta -> candidate = e; seen = e } \
  :: atomic { m_restored[e] && (e > seen || candidate == e) && meta -> candidate = 0; seen = e }
#endif

/* Without a grant: what is destroyed has to be deleted, and its time over, in this very moment. */
#define DESTROY_WITHOUT_GRANT assert(ws == DELETED && due[epoch]); candidate = 0; looked = false; BEGIN_PURGE; DESTROY_METADATA

end: do
  FOR_EACH_EPOCH(HEAR)
#if defined(NAIVE) || defined(EPOCH)
  :: atomic { candidate != 0 && due[candidate] && meta -> DESTROY_WITHOUT_GRANT }
#elif defined(CHECK)
  :: atomic { !looked && meta && ws == DELETED && epoch == candidate && due[candidate] -> looked = true }
  :: atomic { looked && meta -> DESTROY_WITHOUT_GRANT }
#else
  /* The loop's grant, or an operator's. */
  :: atomic { candidate != 0 && STATE_GUARD && EPOCH_GUARD && DUE_GUARD && HOLD_GUARD ->
       assert(ws == DELETED); assert(due[epoch]); assert(!held);
       candidate = 0; BEGIN_PURGE }
  /* An orphan's: an operator sees it, and orders later. */
  :: atomic { !listed && IS_DUE_ORPHAN && !sequestered -> listed = true }
  :: atomic { listed && ORPHAN_GUARD && SEQUESTER_GUARD && ORPHAN_HOLD_GUARD ->
       assert(IS_DUE_ORPHAN); assert(!sequestered); assert(!held);
       epoch++; orphanGrant = true; listed = false; BEGIN_PURGE }
#ifdef RECON
  :: atomic { candidate != epoch && ws == DELETED && due[epoch] -> candidate = epoch; seen = epoch } /* start-due-purges */
#endif
#endif
  od
}

/* ---- the participants: a message is a hint, the grant is asked for, the answer is acted upon in a later step ---- */

byte order = 0;  /* the epoch of the row of `purge` while it is 'ordered' */
bool granted = false;

#ifdef M_NOASK
#define ANSWERS_YES true
#else
#define ANSWERS_YES GRANTED(order)
#endif

/* realm-purge, by its messages */
active proctype RealmPurge() {
  byte denied = 0; /* asked for this epoch: no grant */

#define FORGED(e) :: atomic { order == 0 && meta -> order = e }

end: do
  /* take-orders: a hint never takes the place of an order that is there, and is acknowledged all the same */
  :: atomic { m_started && order == 0 && meta -> order = epoch }
#ifdef FORGE
  FOR_EACH_EPOCH(FORGED)
  :: atomic { m_started && order != 0 -> m_started = false }
#endif
  /* fence-realm asks ... */
  :: atomic { order != 0 && denied == 0 && !granted && meta -> if :: ANSWERS_YES -> granted = true :: else -> denied = order fi }
  /* ... and drops what nobody granted ... */
  :: atomic { denied != 0 -> if :: order == denied -> order = 0 :: else fi; denied = 0 }
  /* ... or fences; then shred-realm, count-blocks, release-blocks */
  :: atomic { granted && meta -> assert(PURGE_IS_ON); order = 0; DESTROY_METADATA }
  /* settle-pages, close-realm, report-erasure */
  :: atomic { !meta && done[0] && done[1] && !reported[0] -> reported[0] = true }
  od
}

#ifdef RECON
/* realm-purge, by rows: take-orders.loop with what the authority shows as granted; release-blocks once more */
active proctype RealmPurgeLoops() {
end: do
  :: atomic { PURGE_IS_ON && meta && !granted && order != epoch -> order = epoch }
  :: atomic { !meta && !m_pages && !(done[0] && done[1]) -> m_pages = true }
  od
}
#endif

/* Any service that joins by configuration: libs/participant. */
active proctype Participant() {
end: do
  :: atomic { m_joined && other && GRANTED(epoch) -> other = false; started = true }
#ifdef RECON
  :: atomic { PURGE_IS_ON && other -> other = false; started = true }
#endif
  :: atomic { !other && !reported[1] -> reported[1] = true }
  od
}

/* blob-sweeper: sweep-pages. A page is done when it is read back; what is under Object Lock is blocked until it is not. */
active proctype Sweeper() {
  bool page = false; bool crashed = false;
end: do
  :: atomic { m_pages && !page && !cert -> page = true }
  :: atomic { page && !done[0] -> assert(PURGE_IS_ON);
       obj[0] = false; if :: done[0] = true :: !crashed -> crashed = true; page = false fi } /* before the ledger's commit */
#ifdef PARTIAL
  :: atomic { page && !done[1] -> assert(PURGE_IS_ON); obj[1] = locked; done[1] = true }
#else
  :: atomic { page && !done[1] && !locked -> assert(PURGE_IS_ON); obj[1] = false; done[1] = true }
#endif
  od
}

/* Nobody looks at a lock before there are pages, so it need not expire before. */
active proctype LockExpiry() {
end: do
  :: atomic { locked && !meta -> locked = false }
  od
}

/* ---- workspace-service: certify-deletion ---- */

#ifdef M_NOREPORT
#define ALL_REPORTED reported[0]
#else
#define ALL_REPORTED (reported[0] && reported[1])
#endif

active proctype Certifier() {
end: do
  :: atomic { ws == PURGING && ALL_REPORTED -> assert(!meta && !other && !obj[0] && !obj[1]); cert = true; ws = PURGED }
  od
}

/* ---- a broker that forgets ---- */

#ifdef LOSS
active proctype Loss() {
  byte n = 0;
#define LOSE(e) :: atomic { n < 2 && m_scheduled[e] -> m_scheduled[e] = false; n++ }
end: do
  FOR_EACH_EPOCH(LOSE)
  :: atomic { n < 2 && m_started -> m_started = false; n++ }
  :: atomic { n < 2 && m_joined -> m_joined = false; n++ }
  :: atomic { n < 2 && m_pages -> m_pages = false; n++ }
  od
}
#endif

/* ---- what must hold ---- */

/* Once something has been destroyed, the workspace is never active or deleted again. */
ltl norestore { [] (started -> [] PURGE_IS_ON) }
/* A hold in force and a purge never meet (S16). */
ltl holdprevents { [] !(held && PURGE_IS_ON) }
/* Every purge that was granted ends, with a certificate. */
ltl complete { [] ((ws == PURGING) -> <> (ws == PURGED && cert)) }
/* The last deletion, which nobody can undo, is purged and certified once nobody holds it any more. */
ltl purged { (<> [] !held) -> [] ((ws == DELETED && epoch == MAXE) -> <> (ws == PURGED && cert)) }

/* ---- what must happen somewhere, or the above would say nothing: each of these has to fail ---- */

ltl neverpurged { [] !(ws == PURGED && !orphanGrant) }
ltl neverorphan { [] !(ws == PURGED && orphanGrant) }
ltl neverheld { [] !(held && ws == DELETED && due[epoch]) }
