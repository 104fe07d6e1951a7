import type { DeleteOrphanObjectsRequest, DeleteOrphanObjectsResponse } from '@lethe/contracts';
import { setTimeout as pause } from 'node:timers/promises';
import { readOperator } from '../config.js';
import { connectSweeper, type Sweeper } from '../connection/purging.js';
import { readList } from '../orphan/read-list.js';
import { confirm } from '../terminal/confirm.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure, stopIfInterrupted } from '../terminal/failure.js';
import { printable } from '../terminal/printable.js';
import { printJson, type Session } from '../terminal/session.js';
import { shellCommand } from '../terminal/shell.js';

export interface DeleteOrphansOptions {
  /** The list that lethe orphans list has written. */
  readonly path: string;
  /** Undefined: LETHE_OPERATOR. */
  readonly by: string | undefined;
  readonly yes: boolean;
  readonly json: boolean;
}

/** A page of a slow store; it is safe to repeat what takes longer. */
const DEADLINE_MS = 300_000;
const LIMITED_MS = 1_000;

/**
 * Deletes the objects and unfinished uploads of a reviewed list, as long as nobody knows them: the blob sweeper asks about each once more. Broken off or failed
 * at any point, the same command goes on. Ends with 1 where an object could not be deleted.
 */
export async function deleteOrphans(session: Session, options: DeleteOrphansOptions): Promise<void> {
  const { path, yes, json } = options;
  const orderedBy = readOperator(session.env, options.by);
  session.whenInterrupted = 'Nothing was changed.';
  const list = await readList(path);
  const { organizationId, store, minAgeSeconds, count, uploads, digest } = list;
  const some = uploads === 0 ? '' : ` and ${uploads} unfinished upload(s)`;
  await confirm(session, {
    facts:
      `${printable(path)} lists ${count - uploads} object(s)${some} of organization ${printable(organizationId)} in store ${printable(store)}.\n` +
      `Those that no realm knows by now, and that are old enough still, are deleted for good.\n`,
    act: uploads === 0 ? 'delete these objects' : 'delete these objects and uploads',
    yes,
  });
  const again = shellCommand('lethe', 'orphans', 'delete', '--from', path);
  session.whenInterrupted = `Some objects may be deleted. Go on with: ${again}`;
  const done = { listed: count, deleted: 0, kept: 0, left: 0 };
  const reasons = new Set<string>();
  const sweeper = connectSweeper(session);
  try {
    for (const page of list.pages()) {
      const order = { organizationId, store, ...page, minAgeSeconds, orderedBy, listDigest: digest };
      const answer = await orderPage(session, sweeper, order);
      done.deleted += answer.deletedKeys.length;
      done.kept += answer.keptKeys.length;
      done.left += answer.leftKeys.length;
      if (answer.reason !== '') reasons.add(answer.reason);
      if (session.output.isTTY && !json)
        session.output.write(`  ${done.deleted + done.kept + done.left} of ${count}\n`);
    }
  } catch (error) {
    if (error instanceof Failure)
      throw new Failure(
        error.exitCode,
        `${error.message}. Deleted ${done.deleted} so far; go on with: ${again}`,
      );
    throw error;
  } finally {
    sweeper.close();
  }
  if (done.left > 0) session.exitCode = EXIT.refused;
  if (json) {
    printJson(session.output, { ...done, reasons: [...reasons] });
    return;
  }
  session.output.write(
    `Deleted ${done.deleted} of ${count} object(s)${uploads === 0 ? '' : ' and upload(s)'}; kept ${done.kept} that a realm knows by now, or that are too young` +
      `${uploads === 0 ? '' : ', or of which an object came since'}\n`,
  );
  if (done.left > 0)
    session.output.write(`${done.left} could not be deleted: ${printable([...reasons].join('; '))}\n`);
}

/** Orders one page, again and again while a limit of the store holds it up. */
async function orderPage(
  session: Session,
  sweeper: Sweeper,
  order: DeleteOrphanObjectsRequest,
): Promise<DeleteOrphanObjectsResponse> {
  for (;;) {
    stopIfInterrupted(session);
    try {
      const answer = await sweeper.unary((client) => client.deleteOrphanObjects, order, {
        deadlineMs: DEADLINE_MS,
      });
      const said = [...answer.deletedKeys, ...answer.keptKeys, ...answer.leftKeys].sort();
      if (said.join() !== [...order.keys, ...order.uploadKeys].sort().join())
        throw new Failure(EXIT.unexpected, 'the blob sweeper did not account for each object it was given');
      return answer;
    } catch (error) {
      if (!(error instanceof Failure) || error.reason !== 'SWEEP_LIMITED') throw error;
      await pause(session.pollMs ?? LIMITED_MS, undefined, { signal: session.signal }).catch(() => undefined);
    }
  }
}
