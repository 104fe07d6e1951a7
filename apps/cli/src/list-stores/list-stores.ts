import { connectSweeper } from '../connection/purging.js';
import { storeJson, storeLine } from '../stores/store-line.js';
import { print } from '../terminal/print.js';
import { printJson, type Session } from '../terminal/session.js';

/** Prints every store that blocks were ever swept in, and those of the configuration. */
export async function listStores(session: Session, { json }: { readonly json: boolean }): Promise<void> {
  const sweeper = connectSweeper(session);
  const { stores } = await sweeper.unary((client) => client.listStores, {}).finally(sweeper.close);
  if (json) printJson(session.output, stores.map(storeJson));
  else await print(session, stores.map(storeLine).join('') || 'No stores\n');
}
