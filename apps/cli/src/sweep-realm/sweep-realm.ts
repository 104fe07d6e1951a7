import { readOperator } from '../config.js';
import { withPurgeServices } from '../connection/purging.js';
import { checksumPath, readChecksum } from '../manifest/checksum.js';
import { compareList, type Comparison } from '../manifest/compare.js';
import { exportBlocks } from '../manifest/export.js';
import { listCommand, sweepCommand } from '../manifest/sweep-command.js';
import { removalSentence } from '../purge/removal.js';
import { findPurge } from '../purge/wait-for-purge.js';
import { confirm } from '../terminal/confirm.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure, stopIfInterrupted } from '../terminal/failure.js';
import { printable } from '../terminal/printable.js';
import type { Session } from '../terminal/session.js';
import { realmHex } from '../workspace/workspace-id.js';
import { keptPurge } from './kept-purge.js';

export interface SweepRealmOptions {
  readonly realmId: string;
  /** The list that delete-realm wrote. */
  readonly path: string;
  readonly yes: boolean;
  /** Undefined: LETHE_OPERATOR. */
  readonly by: string | undefined;
  readonly server: string | undefined;
}

/**
 * Releases the kept blocks of a realm, once each line of the operator's list was found among them. What is removed is what the purge
 * keeps; the list proves that the operator means this realm.
 */
export async function sweepRealm(session: Session, options: SweepRealmOptions): Promise<void> {
  const { realmId, path } = options;
  const orderedBy = readOperator(session.env, options.by);
  session.whenInterrupted = 'Nothing was changed.';
  await withPurgeServices(session, options.server, async (services) => {
    const { organizationId, epoch } = await keptPurge(services, realmId, orderedBy);
    const purge = await findPurge(services.realms, realmId);
    if (purge?.epoch !== epoch || purge.countTime === undefined)
      throw new Failure(EXIT.refused, 'its blocks are not counted yet, and nothing was changed: try again');

    const digest = await readChecksum(path);
    const list = await compareList(path, exportBlocks(session, services.realms, { organizationId, realmId }));
    if (digest === undefined)
      session.errors.write(
        `lethe: there is no ${printable(checksumPath(path))}: compared without a checksum\n`,
      );
    else if (digest !== list.digest)
      throw new Failure(EXIT.refused, `${path} is not what ${checksumPath(path)} says: nothing was changed`);
    if (list.more > 0 && (list.lines === 0 || digest === undefined))
      throw new Failure(
        EXIT.refused,
        `${path} lacks ${list.more} of the kept blocks${list.lines === 0 ? '' : ' and has no checksum'}: nothing was changed. Make a new list with: ${listCommand(organizationId, realmId)}`,
      );
    session.output.write(comparedLines(options, list));

    const facts = `All ${list.lines + list.more} of them are removed from the object storage.\n`;
    await confirm(session, { facts, act: 'remove these blocks', yes: options.yes });
    stopIfInterrupted(session);
    session.whenInterrupted = `The blocks of realm ${realmHex(realmId)} may be released already. Look with: lethe deletion explain ${realmId}; if they are not, go on with: ${sweepCommand(realmId, path)}`;
    const { grant } = await services.authority.unary((client) => client.releaseKeptBlocks, {
      workspaceId: realmId,
      orderedBy,
      manifestDigest: list.digest,
    });
    session.whenInterrupted = `The blocks are released. Follow with: lethe deletion watch ${realmId}`;
    session.output.write(`${removalSentence(grant, realmId)}\n`);
  });
}

function comparedLines({ realmId, path }: SweepRealmOptions, { lines, more, retained }: Comparison): string {
  const of = `realm ${realmHex(realmId)}`;
  return [
    `Compared ${lines} block slug(s) of ${printable(path)}: each is kept by the deletion of ${of}\n`,
    ...(more > 0
      ? [
          `${more} more block(s) of ${of} go with them: they came late, or no live realm shares them any more\n`,
        ]
      : []),
    ...(retained > 0 ? [`${retained} block(s) that a live realm of the organization shares stay\n`] : []),
  ].join('');
}
