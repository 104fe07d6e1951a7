import { readOperator } from '../config.js';
import { connectRealms, connectSweeper } from '../connection/purging.js';
import { limitJson, limitLine, type Limit } from '../limit/limit-line.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';
import { printable } from '../terminal/printable.js';
import { printJson, type Session } from '../terminal/session.js';

/** Whose blocks, or which store. */
export type Limited = { readonly organizationId: string } | { readonly store: string };

export interface SetOptions {
  readonly limited: Limited;
  /** 0: no limit. */
  readonly blocksPerSecond: number;
  /** Undefined: LETHE_OPERATOR. */
  readonly by: string | undefined;
  readonly json: boolean;
}

/** Sets or removes a rate limit, which takes effect within seconds, and prints what is in force. */
export async function setRateLimit(session: Session, options: SetOptions): Promise<void> {
  const { limited, blocksPerSecond, json } = options;
  const setBy = readOperator(session.env, options.by);
  session.whenInterrupted = 'The limit may be in force all the same. Look with: lethe rate-limit list';
  const limit = await set(session, limited, { blocksPerSecond, setBy });
  if ((limit?.blocksPerSecond ?? 0) !== blocksPerSecond)
    throw new Failure(
      EXIT.unexpected,
      'the service answered with another limit: look with lethe rate-limit list',
    );
  if (json) printJson(session.output, limit === undefined ? null : limitJson(limit));
  else session.output.write(limit === undefined ? `No rate limit of ${nameOf(limited)}\n` : limitLine(limit));
}

async function set(
  session: Session,
  limited: Limited,
  limit: { readonly blocksPerSecond: number; readonly setBy: string },
): Promise<Limit | undefined> {
  if ('store' in limited) {
    const sweeper = connectSweeper(session);
    const request = { ...limit, store: limited.store };
    const answer = sweeper.unary((client) => client.setSweepLimit, request);
    return (await answer.finally(sweeper.close)).limit;
  }
  const realms = connectRealms(session);
  const request = { ...limit, organizationId: limited.organizationId };
  const answer = realms.unary((client) => client.setReleaseLimit, request);
  return (await answer.finally(realms.close)).limit;
}

const nameOf = (limited: Limited): string =>
  'store' in limited
    ? `store ${printable(limited.store)}`
    : `organization ${printable(limited.organizationId)}`;
