import type { Grant } from '@lethe/contracts';
import { readOperator } from '../config.js';
import { withPurgeServices, type PurgeServices } from '../connection/purging.js';
import { describeRealm } from '../purge/describe-realm.js';
import { examineOrder, giveOrder, type Order } from '../purge/order.js';
import { blocksDueFrom, removalSentence } from '../purge/removal.js';
import { waitForPurge } from '../purge/wait-for-purge.js';
import { confirm } from '../terminal/confirm.js';
import { stopIfInterrupted } from '../terminal/failure.js';
import type { Session } from '../terminal/session.js';
import { realmHex } from '../workspace/workspace-id.js';
import { inspectListPlace, type ListPlace } from './list-file.js';
import { makeList } from './make-list.js';
import { dryRunLines, keptLines, orderFacts } from './order-lines.js';
import { refuseOtherGrant, refuseWhatIsOver } from './over.js';
import { sayWhereItStands, standingOf } from './standing.js';

export interface DeleteRealmOptions {
  readonly organizationId: string;
  readonly realmId: string;
  /** Where the list of blocks is written; undefined: nowhere. */
  readonly dump: string | undefined;
  /** Only ever with `dump`. */
  readonly keepBlocks: boolean;
  readonly dryRun: boolean;
  readonly yes: boolean;
  /** Undefined: LETHE_OPERATOR. */
  readonly by: string | undefined;
  readonly server: string | undefined;
}

/**
 * Orders the purge of a realm, as Parsec's command does, and loses nothing on the way: the list of blocks is made once the realm
 * takes no more of them, while all of them are kept, and none goes before the list is whole. Broken off at any point it says
 * where it stands, and the same command goes on from there.
 */
export async function deleteRealm(session: Session, options: DeleteRealmOptions): Promise<void> {
  const { organizationId, realmId, dump } = options;
  const orderedBy = readOperator(session.env, options.by);
  const order: Order = {
    organizationId,
    workspaceId: realmId,
    orderedBy,
    keepBlocks: dump !== undefined,
  };
  const standing = standingOf(options);
  session.whenInterrupted = standing.unchanged;
  await withPurgeServices(session, options.server, async (services) => {
    // 1. Whether it may go, what would go, and whether its list could be written. Nothing is changed, and no file touched.
    const examined = await examineOrder(services, order);
    if (examined.granted) await refuseWhatIsOver(services, options, examined);
    const realm = await describeRealm(services.realms, organizationId, realmId);
    const place = dump === undefined ? 'free' : await inspectListPlace(dump, examined.blocksKept);
    const prepared = { options, examined, realm };
    if (options.dryRun) {
      session.output.write(dryRunLines(prepared));
      return;
    }

    // 2. The operator's word.
    await confirm(session, { facts: orderFacts(prepared), act: 'delete this realm', yes: options.yes });

    // 3. The order: from here on nothing restores the realm.
    stopIfInterrupted(session);
    session.whenInterrupted = standing.ordering;
    await sayWhereItStands(session, standing, async () => {
      const grant = await giveOrder(services, order, examined.kind);
      refuseOtherGrant(grant, order);
      session.whenInterrupted = standing.ordered;
      await carryOut(session, services, { order, grant, options, place });
    });
  });
}

interface Ordered {
  readonly order: Order;
  readonly grant: Grant;
  readonly options: DeleteRealmOptions;
  readonly place: ListPlace;
}

async function carryOut(
  session: Session,
  { authority, realms }: PurgeServices,
  { order, grant, options, place }: Ordered,
): Promise<void> {
  const { realmId, dump, keepBlocks } = options;
  const standing = standingOf(options);
  const reached = (step: 'countTime' | 'shredTime') =>
    waitForPurge(
      session,
      realms,
      grant,
      (purge) => purge.fenceTime !== undefined && purge[step] !== undefined,
    );

  // 4. The list, once no block can come any more and all are counted.
  const list =
    dump === undefined
      ? undefined
      : await makeList(session, realms, {
          path: dump,
          place,
          realm: options,
          counted: await reached('countTime'),
        });

  // 5. The metadata, which goes by itself.
  session.output.write(`Deleting metadata for realm ${realmHex(realmId)}... `);
  await reached('shredTime').catch((error: unknown) => {
    session.output.write('\n');
    throw error;
  });
  session.output.write('✔\n');
  if (keepBlocks) {
    session.whenInterrupted = standing.done;
    session.output.write(keptLines(options));
    return;
  }

  // 6. The blocks.
  let latest: Grant | undefined = grant;
  if (list !== undefined) {
    stopIfInterrupted(session);
    session.whenInterrupted = standing.releasing;
    const released = await authority.unary((client) => client.releaseKeptBlocks, {
      workspaceId: realmId,
      orderedBy: order.orderedBy,
      manifestDigest: list.digest,
    });
    latest = released.grant;
  }
  const sentence = removalSentence(latest, realmId);
  session.whenInterrupted =
    latest && blocksDueFrom(latest) ? `The realm has been deleted. ${sentence}` : standing.done;
  session.output.write(`${sentence}\n`);
}
