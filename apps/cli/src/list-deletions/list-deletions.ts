import { DeletionState, WorkspaceServiceClient, type Deletion } from '@lethe/contracts';
import { PAGE_SIZE, pages } from '../connection/pages.js';
import { withService } from '../connection/workspace-service.js';
import { blocksStayUntil } from '../deletion/blocks-stay.js';
import { listedDeletionJson } from '../deletion/deletion-json.js';
import { kindName, stateName } from '../deletion/deletion-names.js';
import { createJsonArray, print } from '../terminal/print.js';
import { printable, printableTime } from '../terminal/printable.js';
import type { Session } from '../terminal/session.js';

export const STATES = {
  scheduled: DeletionState.SCHEDULED,
  restored: DeletionState.RESTORED,
  purging: DeletionState.PURGING,
  purged: DeletionState.PURGED,
  superseded: DeletionState.SUPERSEDED,
} as const;
export type StateName = keyof typeof STATES;

export interface ListDeletionsOptions {
  /** Undefined: all organizations. */
  readonly organization: string | undefined;
  readonly state: StateName | undefined;
  readonly limit: number | undefined;
  readonly json: boolean;
  readonly server: string | undefined;
}

/** Prints deletions as their pages come, and says on the errors when there are more than were asked for. */
export async function listDeletions(session: Session, options: ListDeletionsOptions): Promise<void> {
  const { organization, state, limit = Infinity, json, server } = options;
  const array = json ? createJsonArray(session) : undefined;
  let listed = 0;
  await withService(WorkspaceServiceClient, session, server, async (caller) => {
    const list = (pageToken: string) =>
      caller.unary((client) => client.listDeletions, {
        organizationId: organization ?? '',
        state: state === undefined ? DeletionState.UNSPECIFIED : STATES[state],
        pageSize: Math.min(PAGE_SIZE, limit - listed),
        pageToken,
      });
    for await (const page of pages(list)) {
      const deletions = page.deletions.slice(0, limit - listed);
      listed += deletions.length;
      await (array ? array.add(deletions.map(listedDeletionJson)) : print(session, lines(deletions)));
      if (session.signal.aborted) return;
      if (listed < limit) continue;
      if (page.nextPageToken !== '')
        session.errors.write('lethe: there may be more: raise --limit to see them\n');
      break;
    }
    if (array) await array.end();
    else if (listed === 0) await print(session, 'No deletions\n');
  });
}

const STATE_WIDTH = 'scheduled'.length;
const KIND_WIDTH = 'deletion_planned'.length;
const TIME_WIDTH = '2026-06-09T13:06:02.295000Z'.length;

/** Each on a line of its own, in columns; what may be of any length stands last. */
const lines = (deletions: readonly Deletion[]): string => deletions.map(asLine).join('');

function asLine(deletion: Deletion): string {
  const columns = [
    `Workspace ${printable(deletion.workspaceId)}`,
    `state=${stateName(deletion.state).padEnd(STATE_WIDTH)}`,
    `kind=${kindName(deletion.kind).padEnd(KIND_WIDTH)}`,
    `since=${since(deletion).padEnd(TIME_WIDTH)}`,
    `not_purged_before=${notPurgedBefore(deletion).padEnd(TIME_WIDTH)}`,
    ...blocksNotBefore(deletion),
    `organization=${printable(deletion.organizationId)}`,
  ];
  return `${columns.join('  ')}\n`;
}

/** Since when it is in its state. */
function since({ state, deleteTime, restoreTime, grantTime, purgedTime }: Deletion): string {
  const time = new Map<DeletionState, Date | undefined>([
    [DeletionState.SCHEDULED, deleteTime],
    [DeletionState.RESTORED, restoreTime],
    [DeletionState.PURGING, grantTime],
    [DeletionState.PURGED, purgedTime],
  ]).get(state);
  return time === undefined ? '-' : printableTime(time);
}

/** Of one that waits: until when, or "never" where its organization had no policy, so that nothing purges it. */
function notPurgedBefore({ state, purgeTime }: Deletion): string {
  if (state !== DeletionState.SCHEDULED) return '-';
  return purgeTime === undefined ? 'never' : printableTime(purgeTime);
}

/** Only of one whose blocks wait longer than its metadata. */
function blocksNotBefore(deletion: Deletion): string[] {
  const isOpen = [DeletionState.SCHEDULED, DeletionState.PURGING].includes(deletion.state);
  const until = isOpen ? blocksStayUntil(deletion) : undefined;
  return until === undefined ? [] : [`blocks_not_before=${printableTime(until)}`];
}
