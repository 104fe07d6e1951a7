/**
 * Who may do what with a workspace, in which state: the whole table. docs/authorization.md is printed from it, and a test sends
 * every cell of it through REST. A caller of another organization never gets here: to it no workspace exists.
 */

/** How a caller stands to a workspace of its own organization; a deleted one counts the roles it had at its deletion. */
export const STANDINGS = ['ADMIN', 'WRITE', 'READ', 'administrator', 'colleague'] as const;
export type Standing = (typeof STANDINGS)[number];

/** `due`: deleted, and its purge time has come. The purge took the memberships: of a `purged` one nobody is a member any more. */
export const STATES = ['active', 'deleted', 'due', 'purging', 'purged'] as const;
export type RightsState = (typeof STATES)[number];

/** Allowed, or the reason of the refusal. Of several standings of one caller the verdict that stands first here counts. */
export const VERDICTS = [
  'allowed',
  'WORKSPACE_ACTIVE',
  'RESTORE_WINDOW_CLOSED',
  'PURGE_STARTED',
  'WORKSPACE_ALREADY_DELETED',
  'INSUFFICIENT_PERMISSIONS',
  'WORKSPACE_NOT_FOUND',
] as const;
export type Verdict = (typeof VERDICTS)[number];

type Row = readonly [Verdict, Verdict, Verdict, Verdict, Verdict];
export interface Rights {
  /** Whether the caller's e-mail address must be validated: for every change. */
  readonly validated: boolean;
  readonly rows: Readonly<Record<RightsState, Row>>;
}

const YES = 'allowed';
const NO = 'INSUFFICIENT_PERMISSIONS';
const HIDDEN = 'WORKSPACE_NOT_FOUND';
const GONE = 'WORKSPACE_ALREADY_DELETED';
const ACTIVE = 'WORKSPACE_ACTIVE';
const CLOSED = 'RESTORE_WINDOW_CLOSED';
const STARTED = 'PURGE_STARTED';
const hidden: Row = [HIDDEN, HIDDEN, HIDDEN, HIDDEN, HIDDEN];
const gone: Row = [GONE, HIDDEN, HIDDEN, HIDDEN, HIDDEN];
const deletedIsHidden = { deleted: hidden, due: hidden, purging: hidden, purged: hidden };

export const WORKSPACE_RIGHTS = {
  // columns:          ADMIN    WRITE   READ    administrator  colleague
  readWorkspace: {
    validated: false,
    rows: { active: [YES, YES, YES, YES, HIDDEN], ...deletedIsHidden },
  },
  /** Only on request (`deleted=true`), and only to those who may still restore it. */
  readDeletedWorkspace: {
    validated: false,
    rows: {
      ...deletedIsHidden,
      active: [YES, YES, YES, YES, HIDDEN],
      deleted: [YES, HIDDEN, HIDDEN, YES, HIDDEN],
    },
  },
  updateWorkspace: {
    validated: true,
    rows: { active: [YES, NO, NO, YES, NO], ...deletedIsHidden },
  },
  setDefaultWorkspace: {
    validated: true,
    rows: { active: [NO, NO, NO, YES, NO], ...deletedIsHidden },
  },
  manageMembers: {
    validated: true,
    rows: { active: [YES, NO, NO, YES, NO], ...deletedIsHidden },
  },
  changeResources: {
    validated: true,
    rows: { active: [YES, YES, NO, NO, NO], ...deletedIsHidden },
  },
  deleteWorkspace: {
    validated: true,
    rows: { active: [YES, NO, NO, NO, NO], deleted: gone, due: gone, purging: gone, purged: hidden },
  },
  previewDeletion: {
    validated: true,
    rows: { active: [YES, NO, NO, NO, NO], deleted: gone, due: gone, purging: gone, purged: hidden },
  },
  restoreWorkspace: {
    validated: true,
    rows: {
      active: [ACTIVE, NO, NO, ACTIVE, NO],
      deleted: [YES, NO, NO, YES, NO],
      due: [CLOSED, NO, NO, CLOSED, NO],
      purging: [STARTED, NO, NO, STARTED, NO],
      purged: [STARTED, NO, NO, STARTED, NO],
    },
  },
  /** The deletion, its events and its certificate; also to whoever asked for the deletion (deletion/visible-deletion.ts). */
  readDeletion: {
    validated: false,
    rows: {
      active: [YES, YES, YES, YES, HIDDEN],
      deleted: [YES, YES, YES, YES, HIDDEN],
      due: [YES, YES, YES, YES, HIDDEN],
      purging: [YES, YES, YES, YES, HIDDEN],
      purged: [HIDDEN, HIDDEN, HIDDEN, YES, HIDDEN],
    },
  },
  readHolds: {
    validated: false,
    rows: {
      active: [NO, NO, NO, YES, NO],
      deleted: [NO, NO, NO, YES, NO],
      due: [NO, NO, NO, YES, NO],
      purging: [NO, NO, NO, YES, NO],
      purged: [NO, NO, NO, YES, NO],
    },
  },
  placeHold: {
    validated: true,
    rows: {
      active: [NO, NO, NO, YES, NO],
      deleted: [NO, NO, NO, YES, NO],
      due: [NO, NO, NO, YES, NO],
      purging: [NO, NO, NO, STARTED, NO],
      purged: [NO, NO, NO, STARTED, NO],
    },
  },
  releaseHold: {
    validated: true,
    rows: {
      active: [NO, NO, NO, YES, NO],
      deleted: [NO, NO, NO, YES, NO],
      due: [NO, NO, NO, YES, NO],
      purging: [NO, NO, NO, YES, NO],
      purged: [NO, NO, NO, YES, NO],
    },
  },
} as const satisfies Record<string, Rights>;

export type WorkspaceOperation = keyof typeof WORKSPACE_RIGHTS;

/** The verdict on a caller with these standings: the best of its columns. */
export function workspaceVerdict(
  operation: WorkspaceOperation,
  state: RightsState,
  standings: ReadonlySet<Standing>,
): Verdict {
  const { rows }: Rights = WORKSPACE_RIGHTS[operation];
  const verdicts = STANDINGS.flatMap((standing, i) =>
    standings.has(standing) ? [rows[state][i] ?? HIDDEN] : [],
  );
  return VERDICTS.find((verdict) => verdicts.includes(verdict)) ?? HIDDEN;
}
