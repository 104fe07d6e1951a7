import { connectRealms } from '../connection/purging.js';
import { describeRealms } from '../purge/describe-realm.js';
import type { Session } from '../terminal/session.js';
import type { Candidate } from './candidates.js';

/** How much each candidate holds, behind everything that scripts know. */
export interface Sizes {
  asText(candidate: Candidate): string;
  asJson(candidate: Candidate): Record<string, number | null>;
}

/** Asks realm-purge. Of a realm that it does not know there is nothing to tell: a dash, and null. */
export async function sizesOf(session: Session, candidates: readonly Candidate[]): Promise<Sizes> {
  const realms = connectRealms(session);
  try {
    const known = await describeRealms(
      realms,
      candidates.map(({ workspaceId }) => workspaceId),
    );
    return {
      asText({ workspaceId }) {
        const { blocks = '-', bytes = '-' } = known.get(workspaceId) ?? {};
        return `  blocks=${blocks}  bytes=${bytes}`;
      },
      asJson({ workspaceId }) {
        const { blocks = null, bytes = null } = known.get(workspaceId) ?? {};
        return { blocks, bytes };
      },
    };
  } finally {
    realms.close();
  }
}
