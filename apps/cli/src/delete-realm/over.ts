import type { Grant } from '@lethe/contracts';
import type { PurgeServices } from '../connection/purging.js';
import type { Examined, Order } from '../purge/order.js';
import { findPurge } from '../purge/wait-for-purge.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';
import { realmHex } from '../workspace/workspace-id.js';
import type { DeleteRealmOptions } from './delete-realm.js';

/** Of a purge that was ordered before: refuses what this command can add nothing to. */
export async function refuseWhatIsOver(
  { realms }: PurgeServices,
  { realmId, dump }: DeleteRealmOptions,
  { blocksKept, epoch }: Examined,
): Promise<void> {
  const realm = realmHex(realmId);
  if (dump !== undefined) {
    if (!blocksKept)
      throw alreadyDeleted(realm, `; its blocks are not kept, so no whole list of them can be made`);
    return;
  }
  if (blocksKept)
    throw new Failure(
      EXIT.refused,
      `realm ${realm} has already been deleted, and its blocks are kept: release them with lethe sweep --realm ${realm} --from FILE, or list them first with --dump-realm-blocks FILE`,
    );
  const purge = await findPurge(realms, realmId);
  if (purge?.epoch === epoch && purge.shredTime !== undefined) throw alreadyDeleted(realm, '');
}

const alreadyDeleted = (realm: string, why: string) =>
  new Failure(EXIT.refused, `realm ${realm} has already been deleted${why}`);

/** Somebody else's order may have come first: then its blocks are kept, or not, as that one says. */
export function refuseOtherGrant({ blocksKept, workspaceId }: Grant, { keepBlocks }: Order): void {
  if (blocksKept === keepBlocks) return;
  const why = keepBlocks
    ? '; its blocks are not kept, so no whole list of them can be made'
    : ' by another order, which keeps its blocks';
  throw alreadyDeleted(realmHex(workspaceId), why);
}
