import type { ReplayedDeletion } from '@lethe/contracts';
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
  readonly dryRun: boolean;
  readonly yes: boolean;
  /** Undefined: LETHE_OPERATOR. */
  readonly by: string | undefined;
  readonly server: string | undefined;
}

/** Lists what was certified since a backup, or reported on and not certified yet, asks, and orders it once more, page by page. Broken off, the same replay goes on. */
export async function replayDeletions(session: Session, options: ReplayOptions): Promise<void> {
  const orderedBy = readOperator(session.env, options.by);
  session.whenInterrupted = 'Nothing was changed.';
  const authority = connectAuthority(session, options.server);
  const replay = (validateOnly: boolean) =>
    pagesOf(session, authority, { ...options, orderedBy, validateOnly });
  try {
    const listed = await printed(session, replay(true), asListed);
    if (listed === 0) {
      await print(session, 'No deletions to replay\n');
      return;
    }
    await print(session, `Found ${listed} deletion(s) to replay\n`);
    if (options.dryRun) return;
    const facts = `${listed} workspace(s) that are deleted already, or reported as erased, are deleted once more, each with a certificate of its own.\n`;
    await confirm(session, { facts, act: 'replay these deletions', yes: options.yes });

    const goOn = `Some deletions may be replayed already; none is twice. Go on with: ${commandOf(options)}`;
    session.whenInterrupted = goOn;
    const replayed = await printed(session, replay(false), asReplayed).catch((error: unknown) => {
      if (error instanceof Failure) throw new Failure(error.exitCode, `${error.message}. ${goOn}`);
      throw error;
    });
    session.whenInterrupted = 'All were replayed.';
    await print(session, `Replayed ${replayed} deletion(s), replay ${options.replayId}\n`);
  } finally {
    authority.close();
  }
}

/** Prints each as it comes; answers how many. */
async function printed(
  session: Session,
  deletions: AsyncIterable<readonly ReplayedDeletion[]>,
  asLine: (deletion: ReplayedDeletion) => string,
): Promise<number> {
  let count = 0;
  for await (const page of deletions) {
    count += page.length;
    await print(session, page.map(asLine).join(''));
    stopIfInterrupted(session);
  }
  return count;
}

interface Order extends ReplayOptions {
  readonly orderedBy: string;
  readonly validateOnly: boolean;
}

async function* pagesOf(
  session: Session,
  authority: Authority,
  { organization, since, replayId, orderedBy, validateOnly }: Order,
): AsyncGenerator<readonly ReplayedDeletion[]> {
  const list = (pageToken: string) => {
    stopIfInterrupted(session);
    return authority.unary((client) => client.replayDeletions, {
      ...{ organizationId: organization ?? '', since, orderedBy, replayId, validateOnly },
      ...{ pageSize: PAGE_SIZE, pageToken },
    });
  };
  for await (const { deletions } of pages(list)) yield deletions;
}

const asListed = ({ workspaceId, purgedTime, replayOf, organizationId }: ReplayedDeletion): string =>
  `Workspace ${printable(workspaceId)}  purged=${timeOf(purgedTime)}  deletion=${printable(replayOf)}  organization=${printable(organizationId)}\n`;

/** An order that was given has an id: without one nothing says that it was. */
function asReplayed({ workspaceId, deletionId, epoch, replayOf, organizationId }: ReplayedDeletion): string {
  if (deletionId === '')
    throw new Failure(EXIT.unexpected, 'the workspace service answered a replay without its deletion');
  return `Replayed ${printable(workspaceId)}  deletion=${printable(deletionId)}  epoch=${epoch}  replay_of=${printable(replayOf)}  organization=${printable(organizationId)}\n`;
}

/** Without a time it is not certified yet, and never will be: the replay takes its place. */
const timeOf = (time: Date | undefined): string => (time === undefined ? '-' : printableTime(time));

/** The same replay again. */
function commandOf({ since, organization, replayId, yes, by, server }: ReplayOptions): string {
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
  if (yes) words.push('--yes');
  if (by !== undefined) words.push('--by', by);
  if (server !== undefined) words.push('--server', server);
  return shellCommand(...words);
}
