import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';

/** Whose purge was refused, as operators' scripts know it. */
export interface Refused {
  readonly organizationId: string;
  /** 32 hex digits. */
  readonly realm: string;
  readonly workspaceId: string;
}

type Sentence = (refused: Refused) => string;

/** The first five are Parsec's, in its words; the others are refusals that it does not know. */
const SENTENCES = new Map<string, Sentence>([
  ['ORGANIZATION_NOT_FOUND', ({ organizationId }) => `organization not found: ${organizationId}`],
  ['WORKSPACE_NOT_FOUND', ({ realm }) => `realm not found: ${realm}`],
  ['ALREADY_PURGED', ({ realm }) => `realm ${realm} has already been deleted`],
  ['NOT_DELETABLE', ({ realm }) => `realm ${realm} is neither orphaned nor planned for deletion`],
  ['NOT_DUE', ({ realm }) => `realm ${realm} has a planned deletion date that has not been reached yet`],
  [
    'ORPHAN_NOT_DUE',
    ({ realm }) => `realm ${realm} is orphaned, but not for as long as its organization's policy asks yet`,
  ],
  ['HELD', ({ realm, workspaceId }) => `realm ${realm} is held: look with lethe hold list ${workspaceId}`],
  [
    'SEQUESTERED',
    ({ realm, organizationId }) =>
      `realm ${realm} is orphaned, but organization ${organizationId} has a sequester, which can still decrypt it`,
  ],
  ['NO_POLICY', ({ realm }) => `realm ${realm} is never purged: its organization had no deletion policy`],
  [
    'GRANTED_OTHERWISE',
    ({ realm, workspaceId }) =>
      `realm ${realm} has already been deleted: its blocks are not kept, so no whole list of them can be made any more; follow with lethe deletion watch ${workspaceId}`,
  ],
]);

/** The refusal of an order in this command's words; whatever else failed stays as it is. */
export function refusalSentence(error: unknown, refused: Refused): unknown {
  if (!(error instanceof Failure) || error.reason === undefined) return error;
  const sentence = SENTENCES.get(error.reason);
  return sentence === undefined ? error : new Failure(EXIT.refused, sentence(refused), error.reason);
}
