import { request } from 'node:http';
import { status } from '@grpc/grpc-js';
import { DeletionState, type Deletion } from '@lethe/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readEvents, type EventReader } from '../testing/event-reader.js';
import { startGateway, type RunningGateway } from '../testing/running-gateway.js';
import { deletion, WORKSPACE_ID } from '../testing/samples.js';
import type { StreamedCall } from '../testing/scripted-service.js';

const HEARTBEAT_MS = 50;
const PATH = `/workspace/${WORKSPACE_ID}/deletion/events`;

let running: RunningGateway;
let token: string;
beforeAll(async () => {
  running = await startGateway(
    {},
    { watching: { heartbeatMs: HEARTBEAT_MS, resumedEventMs: 50, firstEventMs: 1_500 } },
  );
  token = await running.issuer.token();
});
afterAll(() => running.stop());
beforeEach(() => {
  running.service.reset();
});

const event = (eventId: string, changed: Partial<Deletion> = {}) => ({
  eventId,
  deletion: { ...deletion, ...changed },
});
const watch = (headers: Record<string, string> = {}, of = running): Promise<EventReader> =>
  readEvents(of.gateway.address, PATH, { authorization: `Bearer ${token}`, ...headers });

/** The calls that workspace-service gets from now on: each is the test's to answer. */
function streamed(of = running): { next: () => Promise<StreamedCall> } {
  const came: StreamedCall[] = [];
  const waiting: ((call: StreamedCall) => void)[] = [];
  of.service.stream('watchDeletion', (call) => {
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
const cancelled = (call: StreamedCall) =>
  new Promise<void>((resolve) => {
    if (call.cancelled) resolve();
    else call.once('cancelled', resolve);
  });

describe('the stream', () => {
  it('is the deletion each time it changes, until its final state', async () => {
    running.service.stream('watchDeletion', (call) => {
      call.write(event('3-scheduled', { state: DeletionState.SCHEDULED }));
      call.write(event('3-purged', { state: DeletionState.PURGED, certificateId: 'certificate-1' }));
      call.end();
    });
    const answer = await running.send('GET', PATH);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    running.service.answer('getDeletion', {
      deletion: event('', { state: DeletionState.SCHEDULED }).deletion,
    });
    const { deletion: shown } = (await running.send('GET', `/workspace/${WORKSPACE_ID}/deletion`)).json();
    const json = JSON.stringify(shown);
    const final = json
      .replace('"scheduled"', '"purged"')
      .replace('"progress"', '"certificateId":"certificate-1","progress"');
    expect(answer.text).toBe(
      'retry: 2000\n\n' +
        `event: deletion\nid: 3-scheduled\ndata: ${json}\n\n` +
        `event: deletion\nid: 3-purged\ndata: ${final}\n\n`,
    );
  });

  it.each(['', 'a b', 'a\nb', 'é', 'x'.repeat(257)])(
    'an id that no line can hold is left out: %j',
    async (id) => {
      running.service.answer('watchDeletion', event(id));
      expect((await running.send('GET', PATH)).text).toMatch(
        /^retry: 2000\n\nevent: deletion\ndata: \{[^\n]+\}\n\n$/,
      );
    },
  );

  it.each([
    ['3-purging', '3-purging'],
    ['!~'.repeat(128), '!~'.repeat(128)],
    ['', ''],
    ['a b', ''],
    ['x'.repeat(257), ''],
    ['\u00e9', ''],
  ])('Last-Event-ID %j is told as %j', async (sent, told) => {
    running.service.answer('watchDeletion', event('e'));
    expect((await running.send('GET', PATH, { headers: { 'last-event-id': sent } })).status).toBe(200);
    expect(running.service.calls[0]?.request['lastEventId']).toBe(told);
  });

  it('comments keep a silent connection open, and the event comes when it does', async () => {
    const calls = streamed();
    const [reader, call] = await Promise.all([watch({ 'last-event-id': '3-purging' }), calls.next()]);
    await reader.until((text) => text === 'retry: 2000\n\n:\n\n:\n\n');
    call.write(event('3-purged', { state: DeletionState.PURGED }));
    await reader.until((text) => /^(:\n\n)+event: deletion\nid: 3-purged\n/.test(text.slice(13)));
    call.end();
    await reader.ended;
    expect(reader.response.complete).toBe(true);
  });

  it('HEAD is answered like GET, and watches nothing', async () => {
    const calls = streamed();
    const [answer, call] = await Promise.all([
      running.send('HEAD', PATH),
      calls.next().then((one) => {
        one.write(event('e'));
        return one;
      }),
    ]);
    expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      '',
    ]);
    await cancelled(call);
  });
});

describe('before the first event', () => {
  it.each<[status, string, number, string?]>([
    [status.NOT_FOUND, 'WORKSPACE_NOT_FOUND', 404],
    [status.NOT_FOUND, 'DELETION_NOT_FOUND', 404],
    [status.PERMISSION_DENIED, 'INSUFFICIENT_PERMISSIONS', 403],
    [status.RESOURCE_EXHAUSTED, 'TOO_MANY_WATCHERS', 429, '2'],
    [status.UNAVAILABLE, 'UNAVAILABLE', 503, '2'],
  ])('%s %s is an ordinary %i', async (code, reason, expected, retryAfter) => {
    running.service.refuse('watchDeletion', code, reason);
    const answer = await running.send('GET', PATH);
    expect([answer.status, answer.json()['code'], answer.headers['retry-after']]).toEqual([
      expected,
      reason,
      retryAfter,
    ]);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('who has seen the last one is told by 204 not to come back', async () => {
    running.service.stream('watchDeletion', (call) => call.end());
    const answer = await running.send('GET', PATH, { headers: { 'last-event-id': '3-purged' } });
    expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([204, '', undefined]);
  });

  it('an end that nobody can have seen is the documented 500', async () => {
    running.service.stream('watchDeletion', (call) => call.end());
    const answer = await running.send('GET', PATH);
    expect([answer.status, answer.json()['message']]).toEqual([500, 'Failed to watch deletion']);
  });

  it('a silence is 503, and the call is given up', async () => {
    const calls = streamed();
    const [answer, call] = await Promise.all([running.send('GET', PATH), calls.next()]);
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '2']);
    await cancelled(call);
  });

  it('a client that goes away is not waited for', async () => {
    const calls = streamed();
    const [host, port] = running.gateway.address.split(':');
    const sent = request({
      host,
      port,
      path: PATH,
      headers: { authorization: `Bearer ${token}` },
      agent: false,
    });
    sent.on('error', () => undefined).end();
    const call = await calls.next();
    sent.destroy();
    await cancelled(call);
  });
});

describe('the stream ends', () => {
  const started = async (of = running) => {
    const calls = streamed(of);
    const [reader, call] = await Promise.all([
      watch({}, of),
      calls.next().then((one) => {
        one.write(event('e'));
        return one;
      }),
    ]);
    await reader.until((text) => text.includes('id: e\n'));
    return { reader, call };
  };

  it('when the client goes: then the call ends too', async () => {
    const { reader, call } = await started();
    reader.leave();
    await cancelled(call);
  });

  it('when workspace-service breaks off: the client connects again', async () => {
    const { reader, call } = await started();
    call.emit('error', { code: status.UNAVAILABLE, details: 'stopping' });
    await reader.ended;
    expect(reader.response.complete).toBe(true);
    expect(reader.text()).toMatch(/^retry: 2000\n\nevent: deletion\nid: e\ndata: [^\n]+\n\n(:\n\n)*$/);
  });

  it('when an answer makes no sense', async () => {
    const { reader, call } = await started();
    call.write(event('f', { state: DeletionState.UNSPECIFIED }));
    await reader.ended;
    await cancelled(call);
    expect(reader.text()).not.toContain('id: f');
  });

  it('when the token expires', async () => {
    const before = token;
    // Two seconds ago: clocks may differ by five.
    token = await running.issuer.token({ expiresIn: -3 });
    const { reader, call } = await started();
    token = before;
    await Promise.all([reader.ended, cancelled(call)]);
    expect(reader.response.complete).toBe(true);
  });

  it('but not for a token that lives longer than a timer can wait', async () => {
    const before = token;
    token = await running.issuer.token({ expiresIn: 1e10 });
    const { reader } = await started();
    token = before;
    await reader.until((text) => text.endsWith(':\n\n:\n\n'));
    reader.leave();
  });

  it('when the gateway stops, at once, and also for a reader that takes nothing', async () => {
    const stopping = await startGateway();
    const headers = { authorization: `Bearer ${await stopping.issuer.token()}` };
    const calls = streamed(stopping);
    const open = async () => {
      const [reader, call] = await Promise.all([
        readEvents(stopping.gateway.address, PATH, headers),
        calls.next().then((one) => {
          one.write(event('e'));
          return one;
        }),
      ]);
      await reader.until((text) => text.includes('id: e\n'));
      return { reader, call };
    };
    const [polite, stuck] = [await open(), await open()];
    stuck.reader.response.pause();
    await flood(stuck.call);
    const begun = performance.now();
    await stopping.stop();
    expect(performance.now() - begun).toBeLessThan(3_000);
    await Promise.all([polite.reader.ended, cancelled(polite.call), cancelled(stuck.call)]);
    expect(polite.reader.response.complete).toBe(true);
    stuck.reader.leave();
  });
});

describe('a slow reader', () => {
  it('slows workspace-service down, and then gets everything', async () => {
    const calls = streamed();
    const [reader, call] = await Promise.all([
      watch(),
      calls.next().then((one) => {
        one.write(event('e'));
        return one;
      }),
    ]);
    await reader.until((text) => text.includes('id: e\n'));
    reader.response.pause();
    const sent = await flood(call);
    // What waits lies in the buffers of two sockets, some megabytes.
    expect(sent).toBeLessThan(MOST);
    reader.response.resume();
    await reader.until((text) => text.includes(`id: ${sent - 1}\n`));
    reader.leave();
    await cancelled(call);
    const ids = [...reader.text().matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
    expect(ids.slice(0, sent)).toEqual(Array.from({ length: sent }, (_, n) => n));
  });
});

/** 16 KiB each, so that all of them were 32 MB: six times what was seen to wait. */
const MOST = 2_000;
const STILL_MS = 400;

/** Writes until nothing is taken any more. @returns how many were written. */
async function flood(call: StreamedCall): Promise<number> {
  const conditions = [{ ...deletion.conditions[0]!, message: 'x'.repeat(16_384) }];
  let sent = 0;
  while (sent < MOST) {
    const taken = call.write(event(`${sent++}`, { conditions }));
    if (!taken && !(await drained(call))) break;
  }
  return sent;
}

function drained(call: StreamedCall): Promise<boolean> {
  return new Promise((resolve) => {
    const still = setTimeout(() => {
      call.removeListener('drain', drain);
      resolve(false);
    }, STILL_MS);
    const drain = () => {
      clearTimeout(still);
      resolve(true);
    };
    call.once('drain', drain);
  });
}
