import { DeletionKind, DeletionState, type Grant, type StartPurgeRequest } from '@lethe/contracts';
import type { PurgeServices } from '../connection/purging.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';
import { realmHex } from '../workspace/workspace-id.js';
import { blocksDueFrom } from './removal.js';
import { refusalSentence } from './refusals.js';

/** What an operator orders of the authority. */
export interface Order {
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly orderedBy: string;
  readonly keepBlocks: boolean;
}

/** An order that would be granted now. */
export interface Examined {
  readonly kind: DeletionKind;
  /** It was granted already, by whomever: repeating it changes nothing. */
  readonly granted: boolean;
  /** Of one that was granted: its blocks are kept at this moment. */
  readonly blocksKept: boolean;
  /** From when on blocks would be removed; undefined: with the metadata. */
  readonly blocksFrom: Date | undefined;
  /** Of one that was granted: the deletion's. */
  readonly epoch: number;
}

type Services = Pick<PurgeServices, 'authority' | 'workspaces'>;

/**
 * Whether the order would be granted, and as which kind. Changes nothing.
 *
 * @throws Failure with the refusal in the words that operators know.
 */
export async function examineOrder(services: Services, order: Order): Promise<Examined> {
  try {
    const { kind, grant } = await firstKind(services, order);
    const granted = await isGranted(services, order.workspaceId);
    const { epoch } = grant;
    return {
      ...{ kind, granted, epoch },
      blocksKept: granted && grant.blocksKept,
      blocksFrom: blocksDueFrom(grant),
    };
  } catch (error) {
    throw refusalSentence(error, { ...order, realm: realmHex(order.workspaceId) });
  }
}

/** Gives the order. Answers the grant, which may be an earlier one. */
export async function giveOrder(
  { authority }: Pick<Services, 'authority'>,
  order: Order,
  kind: DeletionKind,
): Promise<Grant> {
  try {
    return await start(authority, { ...requestOf(order, kind), validateOnly: false });
  } catch (error) {
    throw refusalSentence(error, { ...order, realm: realmHex(order.workspaceId) });
  }
}

/** A plan first: a realm that is both goes by its plan, which its users made. */
async function firstKind(
  { authority }: Services,
  order: Order,
): Promise<{ kind: DeletionKind; grant: Grant }> {
  const examine = async (kind: DeletionKind) => ({
    kind,
    grant: await start(authority, { ...requestOf(order, kind), validateOnly: true }),
  });
  try {
    return await examine(DeletionKind.DELETION_PLANNED);
  } catch (refusal) {
    const reason = refusal instanceof Failure ? refusal.reason : undefined;
    // The purge of an orphan that is under way is "already purged" to whoever orders a planned one.
    if (reason !== 'NOT_DELETABLE' && reason !== 'ALREADY_PURGED') throw refusal;
    return examine(DeletionKind.ORPHANED).catch((other: unknown) => {
      throw reason === 'ALREADY_PURGED' && !isReason(other, 'GRANTED_OTHERWISE') ? refusal : asOrphans(other);
    });
  }
}

const isReason = (error: unknown, reason: string): boolean =>
  error instanceof Failure && error.reason === reason;

/** "Not due" means another date for an orphan. */
const asOrphans = (error: unknown): unknown =>
  isReason(error, 'NOT_DUE')
    ? new Failure(EXIT.refused, (error as Failure).message, 'ORPHAN_NOT_DUE')
    : error;

const requestOf = (order: Order, kind: DeletionKind): StartPurgeRequest => ({
  organizationId: order.organizationId,
  workspaceId: order.workspaceId,
  kind,
  orderedBy: order.orderedBy,
  validateOnly: true,
  keepBlocks: order.keepBlocks,
});

async function start(authority: Services['authority'], request: StartPurgeRequest): Promise<Grant> {
  const { grant } = await authority.unary((client) => client.startPurge, request);
  if (grant === undefined)
    throw new Failure(EXIT.unexpected, 'the workspace service answered without a grant: try again');
  return grant;
}

/** An examined order does not say whether it was given before; the deletion does. */
async function isGranted({ workspaces }: Services, workspaceId: string): Promise<boolean> {
  try {
    const { deletion } = await workspaces.unary((client) => client.getDeletion, {
      caller: undefined,
      workspaceId,
    });
    return deletion?.state === DeletionState.PURGING;
  } catch (error) {
    // An orphan that nobody deleted has none.
    if (isReason(error, 'DELETION_NOT_FOUND')) return false;
    throw error;
  }
}
