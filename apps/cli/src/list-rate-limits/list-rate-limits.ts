import { entriesOf, PAGE_SIZE } from '../connection/pages.js';
import { connectRealms, connectSweeper } from '../connection/purging.js';
import { limitJson, limitLine, type Limit } from '../limit/limit-line.js';
import { printList } from '../terminal/print-list.js';
import type { Session } from '../terminal/session.js';

/** Prints every rate limit: of organizations, by which realm-purge releases blocks, then of stores, by which sweepers delete them. */
export async function listRateLimits(session: Session, { json }: { readonly json: boolean }): Promise<void> {
  const form = { json, asJson: limitJson, asText: limitLine, none: 'No rate limits' };
  await printList(session, allLimits(session), form);
}

async function* allLimits(session: Session): AsyncGenerator<readonly Limit[]> {
  const realms = connectRealms(session);
  const sweeper = connectSweeper(session);
  try {
    const list = (pageToken: string) =>
      realms.unary((client) => client.listReleaseLimits, { pageSize: PAGE_SIZE, pageToken });
    yield* entriesOf(list, ({ limits }) => limits);
    yield (await sweeper.unary((client) => client.listSweepLimits, {})).limits;
  } finally {
    realms.close();
    sweeper.close();
  }
}
