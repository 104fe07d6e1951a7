import type { RealmDescription } from '@lethe/contracts';
import type { Realms } from '../connection/purging.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';

/** At most this many in one call; realm-purge takes no more. */
const MAX_REALMS = 1_000;
/** It counts the rows of each realm. */
const DEADLINE_MS = 120_000;

/** What the realms hold, by id. A realm that realm-purge does not know is left out. */
export async function describeRealms(
  realms: Realms,
  realmIds: Iterable<string>,
): Promise<Map<string, RealmDescription>> {
  const ids = [...new Set(realmIds)];
  const known = new Map<string, RealmDescription>();
  for (let from = 0; from < ids.length; from += MAX_REALMS) {
    const request = { realmIds: ids.slice(from, from + MAX_REALMS) };
    const answer = await realms.unary((client) => client.describeRealms, request, {
      deadlineMs: DEADLINE_MS,
    });
    for (const realm of answer.realms) known.set(realm.realmId, realm);
  }
  return known;
}

/** What one realm of this organization holds; undefined where realm-purge does not know it. */
export async function describeRealm(
  realms: Realms,
  organizationId: string,
  realmId: string,
): Promise<RealmDescription | undefined> {
  const realm = (await describeRealms(realms, [realmId])).get(realmId);
  if (realm !== undefined && realm.organizationId !== organizationId)
    throw new Failure(
      EXIT.unexpected,
      `realm purge has this realm under organization ${realm.organizationId}, not ${organizationId}: nothing was changed`,
    );
  return realm;
}
