import type { Deletion } from '@lethe/contracts';
import { readEvents, type EventReader } from './event-reader.js';
import type { RunningGateway } from './running-gateway.js';
import { deletion, WORKSPACE_ID } from './samples.js';
import type { StreamedCall } from './scripted-service.js';

export const EVENTS_PATH = `/workspace/${WORKSPACE_ID}/deletion/events`;

/** The deletion of the samples, changed, as workspace-service streams it. */
export const eventOf = (eventId: string, changed: Partial<Deletion> = {}) => ({
  eventId,
  deletion: { ...deletion, ...changed },
});

export const watch = (
  { gateway }: RunningGateway,
  token: string,
  headers: Record<string, string> = {},
): Promise<EventReader> =>
  readEvents(gateway.address, EVENTS_PATH, { authorization: `Bearer ${token}`, ...headers });

/** The calls that workspace-service gets from now on: each is the test's to answer. */
export interface StreamedCalls {
  next(): Promise<StreamedCall>;
}

export function streamedCalls({ service }: RunningGateway): StreamedCalls {
  const came: StreamedCall[] = [];
  const waiting: ((call: StreamedCall) => void)[] = [];
  service.stream('watchDeletion', (call) => {
    const first = waiting.shift();
    if (first) first(call);
    else came.push(call);
  });
  return {
    next: () => {
      const call = came.shift();
      return call ? Promise.resolve(call) : new Promise((resolve) => waiting.push(resolve));
    },
  };
}

/** A reader that has got the first event, whose id is `e`, and the call behind it. */
export async function openStream(
  running: RunningGateway,
  token: string,
  calls = streamedCalls(running),
): Promise<{ readonly reader: EventReader; readonly call: StreamedCall }> {
  const answered = async () => {
    const call = await calls.next();
    call.write(eventOf('e'));
    return call;
  };
  const [reader, call] = await Promise.all([watch(running, token), answered()]);
  await reader.until((text) => text.includes('id: e\n'));
  return { reader, call };
}

/** Resolves when the caller has given the call up. */
export const cancelled = (call: StreamedCall): Promise<void> =>
  new Promise((resolve) => {
    if (call.cancelled) resolve();
    else call.once('cancelled', resolve);
  });
