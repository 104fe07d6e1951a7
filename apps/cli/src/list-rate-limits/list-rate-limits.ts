import { PAGE_SIZE, pages } from '../connection/pages.js';
import { connectRealms, connectSweeper } from '../connection/purging.js';
import { limitJson, limitLine, type Limit } from '../limit/limit-line.js';
import { createJsonArray, print } from '../terminal/print.js';
import { stopIfInterrupted } from '../terminal/failure.js';
import type { Session } from '../terminal/session.js';

/** Prints every rate limit: of organizations, by which realm-purge releases blocks, then of stores, by which sweepers delete them. */
export async function listRateLimits(session: Session, { json }: { readonly json: boolean }): Promise<void> {
  const array = json ? createJsonArray(session) : undefined;
  let none = true;
  for await (const limits of allLimits(session)) {
    stopIfInterrupted(session);
    none &&= limits.length === 0;
    await (array ? array.add(limits.map(limitJson)) : print(session, limits.map(limitLine).join('')));
  }
  if (array) await array.end();
  else if (none) await print(session, 'No rate limits\n');
}

async function* allLimits(session: Session): AsyncGenerator<readonly Limit[]> {
  const realms = connectRealms(session);
  const sweeper = connectSweeper(session);
  try {
    const list = (pageToken: string) =>
      realms.unary((client) => client.listReleaseLimits, { pageSize: PAGE_SIZE, pageToken });
    for await (const { limits } of pages(list)) yield limits;
    yield (await sweeper.unary((client) => client.listSweepLimits, {})).limits;
  } finally {
    realms.close();
    sweeper.close();
  }
}
