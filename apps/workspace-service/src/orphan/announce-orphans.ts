import { appendEvents } from '@lethe/outbox';
import type { Queryable } from '@lethe/postgres';
import { event } from '../event.js';
import { lockOrganization } from '../organization/organization.sql.js';
import { listOrphansOf, type OrphanRow } from './orphan.sql.js';

const CHUNK = 1000;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/**
 * Tells subscribers (`workspace.orphaned`) of the workspaces that nobody has access to any more, and answers their ids. Only of an
 * organization with a policy and without a sequester. To be called in the transaction that made them orphans, behind its change:
 * it announces what it finds, also what was announced before.
 * @param userId who was revoked; undefined: all revoked users of the organization, when its policy begins to allow a purge of orphans
 */
export async function announceOrphans(
  tx: Queryable,
  organizationId: string,
  userId: string | undefined,
): Promise<string[]> {
  // Of two who each make half an orphan, the second sees what the first committed.
  await lockOrganization(tx, organizationId);
  const announced: string[] = [];
  let found: OrphanRow[];
  do {
    const after = announced.at(-1) ?? BEFORE_ALL;
    found = await listOrphansOf(tx, organizationId, userId ?? null, after, CHUNK);
    await appendEvents(
      tx,
      ...found.map((orphan) => event('workspace.orphaned', orphan, orphan.now, { since: orphan.since })),
    );
    announced.push(...found.map((orphan) => orphan.workspace_id));
  } while (found.length === CHUNK);
  return announced;
}
