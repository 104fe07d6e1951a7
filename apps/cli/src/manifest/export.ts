import { isCanonicalUuid } from '@lethe/contracts';
import type { Realms } from '../connection/purging.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure, stopIfInterrupted } from '../terminal/failure.js';
import type { Session } from '../terminal/session.js';

export interface RealmOf {
  readonly organizationId: string;
  readonly realmId: string;
}

export interface ExportedPage {
  readonly slugs: readonly string[];
  /** Rows so far, shared ones included, out of `total`. */
  readonly rows: number;
  readonly total: number;
  /** Blocks so far that a live realm shares: they stay while it lives. */
  readonly retained: number;
}

/**
 * A realm's blocks in key order, as realm-purge exports them, to the last. It believes nothing that a deletion would act upon: each
 * slug is one of this organization, each comes behind the one before, and all together are as many as were announced. A
 * stream that ends early, goes round in a circle or never ends throws, and nothing read from it is a list.
 */
export async function* exportBlocks(
  session: Session,
  realms: Realms,
  { organizationId, realmId }: RealmOf,
): AsyncGenerator<ExportedPage> {
  const prefix = `${organizationId}/`;
  let total: number | undefined;
  let rows = 0;
  let retained = 0;
  let last = '';
  let empty = 0;
  const messages = realms.messages(
    (client) => client.exportRealmBlocks.bind(client),
    { organizationId, realmId },
    session.signal,
  );
  for await (const message of messages) {
    stopIfInterrupted(session);
    if (message.total !== (total ??= message.total)) throw broken('changed its total on the way');
    for (const slug of message.slugs) {
      if (!slug.startsWith(prefix) || !isCanonicalUuid(slug.slice(prefix.length)))
        throw broken(`sent what is no block of organization ${organizationId}`);
      if (slug <= last) throw broken('is out of order');
      last = slug;
    }
    rows += message.slugs.length + message.retained;
    retained += message.retained;
    if (message.retained < 0 || rows > total) throw broken(`sent more than the ${total} blocks it announced`);
    // The last page may be empty; a second one would be followed by a third.
    empty = message.slugs.length + message.retained === 0 ? empty + 1 : 0;
    if (empty > 1) throw broken('sends empty pages again and again');
    yield { slugs: message.slugs, rows, total, retained };
  }
  stopIfInterrupted(session);
  if (total === undefined) throw broken('ended before it began');
  if (rows !== total) throw broken(`ended after ${rows} of ${total} blocks`);
}

const broken = (what: string) =>
  new Failure(EXIT.unexpected, `the export of realm purge ${what}: no list can be made of it, try again`);
