import { readOperator } from '../config.js';
import { connectSweeper } from '../connection/purging.js';
import { storeJson, storeLine } from '../stores/store-line.js';
import { confirm } from '../terminal/confirm.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';
import { printable } from '../terminal/printable.js';
import { printJson, type Session } from '../terminal/session.js';

export interface RetireOptions {
  readonly storeId: string;
  /** Empty: as the store was configured, for all. */
  readonly organizationId: string;
  readonly reason: string;
  /** Undefined: LETHE_OPERATOR. */
  readonly by: string | undefined;
  readonly yes: boolean;
  readonly json: boolean;
}

/** Retires a store after a question: certificates will not speak of what is left in it. */
export async function retireStore(session: Session, options: RetireOptions): Promise<void> {
  const { storeId, organizationId, reason, yes, json } = options;
  const retiredBy = readOperator(session.env, options.by);
  await confirm(session, {
    facts: `Blocks that are left in store ${printable(storeId)} will never be deleted, and no certificate will speak of them.\n`,
    act: 'retire this store',
    yes,
  });
  session.whenInterrupted = 'The store may be retired all the same. Look with: lethe stores list';
  const sweeper = connectSweeper(session);
  const request = { storeId, organizationId, reason, retiredBy };
  const { store } = await sweeper.unary((client) => client.retireStore, request).finally(sweeper.close);
  if (store?.retireTime === undefined)
    throw new Failure(
      EXIT.unexpected,
      'the service did not say that it is retired: look with lethe stores list',
    );
  if (json) printJson(session.output, storeJson(store));
  else session.output.write(storeLine(store));
}
