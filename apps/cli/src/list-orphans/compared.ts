import { isCanonicalUuid, type ListOrphanObjectsResponse, type OrphanObject } from '@lethe/contracts';
import type { Sweeper } from '../connection/purging.js';
import type { ListHead } from '../orphan/list-head.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure, stopIfInterrupted } from '../terminal/failure.js';
import type { Session } from '../terminal/session.js';

/**
 * The comparison's messages, to the last. It believes nothing that a deletion would act upon: keys are blocks of the organization and
 * ascend, and without the word that it is complete it throws, so that nothing that was read is a list.
 */
export async function* compared(
  session: Session,
  sweeper: Sweeper,
  { organizationId, store, minAgeSeconds }: ListHead,
): AsyncGenerator<ListOrphanObjectsResponse> {
  const prefix = `${organizationId}/`;
  let [complete, last] = [false, ''];
  const check = ({ key }: OrphanObject) => {
    if (!key.startsWith(prefix) || !isCanonicalUuid(key.slice(prefix.length)) || key <= last)
      throw broken('sent what is no block of the organization, or is out of order');
    last = key;
  };
  const messages = sweeper.messages(
    (client) => client.listOrphanObjects.bind(client),
    { organizationId, store, minAgeSeconds },
    session.signal,
  );
  for await (const message of messages) {
    stopIfInterrupted(session);
    if (complete) throw broken('went on behind its end');
    message.orphans.forEach(check);
    complete = message.complete;
    yield message;
  }
  stopIfInterrupted(session);
  if (!complete) throw broken('ended before it was complete');
}

const broken = (what: string) =>
  new Failure(
    EXIT.unexpected,
    `the comparison of the blob sweeper ${what}: nothing can be concluded, try again`,
  );
