import type { ReplayDeletionsResponse, ReplayedDeletion } from '@lethe/contracts';
import { readOperator } from '../config.js';
import { PAGE_SIZE, pages } from '../connection/pages.js';
import { connectAuthority, type Authority } from '../connection/purging.js';
import { confirm } from '../terminal/confirm.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure, stopIfInterrupted } from '../terminal/failure.js';
import { print } from '../terminal/print.js';
import { printable, printableTime } from '../terminal/printable.js';
import type { Session } from '../terminal/session.js';
import { shellCommand } from '../terminal/shell.js';

export interface ReplayOptions {
  readonly since: Date;
  /** Undefined: all organizations. */
  readonly organization: string | undefined;
  /** The same for every run of one replay: no workspace is replayed twice under it. */
  readonly replayId: string;
  /** Why those are taken too whose blocks were never shown to be gone. Undefined: they are left out. */
  readonly unproven: string | undefined;
  readonly dryRun: boolean;
  readonly yes: boolean;
  /** Undefined: LETHE_OPERATOR. */
  readonly by: string | undefined;
  readonly server: string | undefined;
}

/**
 * Lists what was certified since a backup, or reported on and not certified yet, asks, and orders it once more, page by page. Broken off,
 * the same replay goes on. Where some are left out, whose blocks are not shown to be gone yet, it ends with a code of its own.
 */
export async function replayDeletions(session: Session, options: ReplayOptions): Promise<void> {
  const orderedBy = readOperator(session.env, options.by);
  session.whenInterrupted = 'Nothing was changed.';
  const authority = connectAuthority(session, options.server);
  const replay = (validateOnly: boolean) =>
    pagesOf(session, authority, { ...options, orderedBy, validateOnly });
  try {
    const listed = await printed(session, replay(true), asListed);
    if (listed.taken === 0) {
      await print(session, 'No deletions to replay\n');
      failIfLeftOut(listed, options);
      return;
    }
    await print(session, `Found ${listed.taken} deletion(s) to replay\n`);
    if (options.dryRun) {
      failIfLeftOut(listed, options);
      return;
    }
    await confirm(session, { facts: factsOf(listed), act: 'replay these deletions', yes: options.yes });

    const goOn = `Some deletions may be replayed already; none is twice. Go on with: ${commandOf(options)}`;
    session.whenInterrupted = goOn;
    const replayed = await printed(session, replay(false), asReplayed).catch((error: unknown) => {
      if (error instanceof Failure) throw new Failure(error.exitCode, `${error.message}. ${goOn}`);
      throw error;
    });
    session.whenInterrupted = 'All were replayed.';
    await print(session, `Replayed ${replayed.taken} deletion(s), replay ${options.replayId}\n`);
    failIfLeftOut(replayed, options);
  } finally {
    authority.close();
  }
}

interface Printed {
  readonly taken: number;
  /** Of those that were taken, how many may never be certified, and with how many blocks. */
  readonly unproven: number;
  readonly unprovenBlocks: number;
  readonly leftOut: number;
  readonly blocksLeftOut: number;
}

/** Prints each as it comes; answers how many. */
async function printed(
  session: Session,
  pages: AsyncIterable<ReplayDeletionsResponse>,
  asLine: (deletion: ReplayedDeletion) => string,
): Promise<Printed> {
  let sum: Printed = { taken: 0, unproven: 0, unprovenBlocks: 0, leftOut: 0, blocksLeftOut: 0 };
  for await (const { deletions, leftOut } of pages) {
    sum = {
      taken: sum.taken + deletions.length,
      unproven: sum.unproven + deletions.filter(({ unprovenBlocks }) => unprovenBlocks > 0).length,
      unprovenBlocks: sum.unprovenBlocks + blocksOf(deletions),
      leftOut: sum.leftOut + leftOut.length,
      blocksLeftOut: sum.blocksLeftOut + blocksOf(leftOut),
    };
    await print(session, [...deletions.map(asLine), ...leftOut.map(asLeftOut)].join(''));
    stopIfInterrupted(session);
  }
  return sum;
}

const blocksOf = (deletions: readonly ReplayedDeletion[]): number =>
  deletions.reduce((sum, { unprovenBlocks }) => sum + unprovenBlocks, 0);

function factsOf({ taken, unproven, unprovenBlocks }: Printed): string {
  const again = `${taken} workspace(s) that are deleted already, or reported as erased, are deleted once more, each with a certificate of its own.\n`;
  return unproven === 0
    ? again
    : `${again}${unproven} of them have ${unprovenBlocks} block(s) that were never shown to be gone: no certificate is given before as many are counted again, which may be never.\n`;
}

/** A script must not take it for done. */
function failIfLeftOut({ leftOut, blocksLeftOut }: Printed, options: ReplayOptions): void {
  if (leftOut === 0) return;
  throw new Failure(
    EXIT.leftOut,
    `${leftOut} deletion(s) with ${blocksLeftOut} block(s) are not replayed because their blocks are not shown to be gone yet. Once they are certified, run the same replay again: ${commandOf(options)}`,
  );
}

interface Order extends ReplayOptions {
  readonly orderedBy: string;
  readonly validateOnly: boolean;
}

async function* pagesOf(
  session: Session,
  authority: Authority,
  { organization, since, replayId, orderedBy, validateOnly, unproven }: Order,
): AsyncGenerator<ReplayDeletionsResponse> {
  const list = (pageToken: string) => {
    stopIfInterrupted(session);
    return authority.unary((client) => client.replayDeletions, {
      ...{ organizationId: organization ?? '', since, orderedBy, replayId, validateOnly },
      ...{ unproven: unproven !== undefined, reason: unproven ?? '', pageSize: PAGE_SIZE, pageToken },
    });
  };
  yield* pages(list);
}

const asListed = (deletion: ReplayedDeletion): string =>
  `Workspace ${printable(deletion.workspaceId)}  purged=${timeOf(deletion.purgedTime)}  deletion=${printable(deletion.replayOf)}${unprovenOf(deletion)}  organization=${printable(deletion.organizationId)}\n`;

const asLeftOut = (deletion: ReplayedDeletion): string =>
  `Left out ${printable(deletion.workspaceId)}  deletion=${printable(deletion.replayOf)}${unprovenOf(deletion)}  organization=${printable(deletion.organizationId)}\n`;

const unprovenOf = ({ unprovenBlocks, unprovenEpoch }: ReplayedDeletion): string =>
  unprovenBlocks === 0 ? '' : `  unproven_blocks=${unprovenBlocks}  of_epoch=${unprovenEpoch}`;

/** An order that was given has an id: without one nothing says that it was. */
function asReplayed({ workspaceId, deletionId, epoch, replayOf, organizationId }: ReplayedDeletion): string {
  if (deletionId === '')
    throw new Failure(EXIT.unexpected, 'the workspace service answered a replay without its deletion');
  return `Replayed ${printable(workspaceId)}  deletion=${printable(deletionId)}  epoch=${epoch}  replay_of=${printable(replayOf)}  organization=${printable(organizationId)}\n`;
}

/** Without a time it is not certified yet, and never will be: the replay takes its place. */
const timeOf = (time: Date | undefined): string => (time === undefined ? '-' : printableTime(time));

/** The same replay again. */
function commandOf({ since, organization, replayId, unproven, yes, by, server }: ReplayOptions): string {
  const whose = organization === undefined ? ['--all-organizations'] : ['--organization', organization];
  const words = [
    'lethe',
    'replay-deletions',
    '--since',
    since.toISOString(),
    ...whose,
    '--replay-id',
    replayId,
  ];
  if (unproven !== undefined) words.push('--unproven', '--reason', unproven);
  if (yes) words.push('--yes');
  if (by !== undefined) words.push('--by', by);
  if (server !== undefined) words.push('--server', server);
  return shellCommand(...words);
}
