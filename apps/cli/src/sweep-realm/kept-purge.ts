import { DeletionState, type Deletion } from '@lethe/contracts';
import type { PurgeServices } from '../connection/purging.js';
import { examineOrder } from '../purge/order.js';
import { refusalSentence } from '../purge/refusals.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';
import { realmHex } from '../workspace/workspace-id.js';

/**
 * The deletion of a realm whose blocks are kept at this moment.
 *
 * @throws Failure where there is none, or where they are not kept: not at all, or not any more.
 */
export async function keptPurge(
  services: PurgeServices,
  realmId: string,
  orderedBy: string,
): Promise<Deletion> {
  const realm = realmHex(realmId);
  const refused = (sentence: string) => new Failure(EXIT.refused, `realm ${realm} ${sentence}`);
  const { deletion } = await services.workspaces
    .unary((client) => client.getDeletion, { caller: undefined, workspaceId: realmId })
    .catch((error: unknown) => {
      throw refusalSentence(error, { organizationId: '', realm, workspaceId: realmId });
    });
  if (deletion?.state === DeletionState.PURGED)
    throw refused('has already been deleted, with all its blocks');
  if (deletion?.state !== DeletionState.PURGING)
    throw refused(`is not being deleted: order it with lethe delete-realm`);
  const follow = `follow with lethe deletion watch ${realmId}`;
  if (!deletion.keepBlocks) throw refused(`does not keep its blocks: they are being removed; ${follow}`);
  const order = {
    organizationId: deletion.organizationId,
    workspaceId: realmId,
    orderedBy,
    keepBlocks: true,
  };
  const { granted, blocksKept } = await examineOrder(services, order).catch((error: unknown) => {
    if (error instanceof Failure && error.reason === 'GRANTED_OTHERWISE')
      throw refused(`does not keep its blocks any more: they are being removed; ${follow}`);
    throw error;
  });
  if (!granted || !blocksKept) throw refused(`does not keep its blocks any more; ${follow}`);
  return deletion;
}
