import { request } from 'node:http';
import { status } from '@grpc/grpc-js';
import { DeletionState } from '@lethe/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGateway, type RunningGateway } from '../testing/running-gateway.js';
import { WORKSPACE_ID } from '../testing/samples.js';
import { cancelled, eventOf, EVENTS_PATH, streamedCalls, watch } from '../testing/watched-stream.js';

const HEARTBEAT_MS = 50;

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

describe('the stream', () => {
  it('is the deletion each time it changes, until its final state', async () => {
    running.service.stream('watchDeletion', (call) => {
      call.write(eventOf('3-scheduled', { state: DeletionState.SCHEDULED }));
      call.write(eventOf('3-purged', { state: DeletionState.PURGED, certificateId: 'certificate-1' }));
      call.end();
    });
    const answer = await running.send('GET', EVENTS_PATH);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    running.service.answer('getDeletion', {
      deletion: eventOf('', { state: DeletionState.SCHEDULED }).deletion,
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
      running.service.answer('watchDeletion', eventOf(id));
      expect((await running.send('GET', EVENTS_PATH)).text).toMatch(
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
    running.service.answer('watchDeletion', eventOf('e'));
    expect((await running.send('GET', EVENTS_PATH, { headers: { 'last-event-id': sent } })).status).toBe(200);
    expect(running.service.calls[0]?.request['lastEventId']).toBe(told);
  });

  it('comments keep a silent connection open, and the event comes when it does', async () => {
    const calls = streamedCalls(running);
    const [reader, call] = await Promise.all([
      watch(running, token, { 'last-event-id': '3-purging' }),
      calls.next(),
    ]);
    await reader.until((text) => text === 'retry: 2000\n\n:\n\n:\n\n');
    call.write(eventOf('3-purged', { state: DeletionState.PURGED }));
    await reader.until((text) => /^(:\n\n)+event: deletion\nid: 3-purged\n/.test(text.slice(13)));
    call.end();
    await reader.ended;
    expect(reader.response.complete).toBe(true);
  });

  it('HEAD is answered like GET, and watches nothing', async () => {
    const calls = streamedCalls(running);
    const [answer, call] = await Promise.all([
      running.send('HEAD', EVENTS_PATH),
      calls.next().then((one) => {
        one.write(eventOf('e'));
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
    const answer = await running.send('GET', EVENTS_PATH);
    expect([answer.status, answer.json()['code'], answer.headers['retry-after']]).toEqual([
      expected,
      reason,
      retryAfter,
    ]);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it('who has seen the last one is told by 204 not to come back', async () => {
    running.service.stream('watchDeletion', (call) => call.end());
    const answer = await running.send('GET', EVENTS_PATH, { headers: { 'last-event-id': '3-purged' } });
    expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([204, '', undefined]);
  });

  it('an end that nobody can have seen is the documented 500', async () => {
    running.service.stream('watchDeletion', (call) => call.end());
    const answer = await running.send('GET', EVENTS_PATH);
    expect([answer.status, answer.json()['message']]).toEqual([500, 'Failed to watch deletion']);
  });

  it('a silence is 503, and the call is given up', async () => {
    const calls = streamedCalls(running);
    const [answer, call] = await Promise.all([running.send('GET', EVENTS_PATH), calls.next()]);
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '2']);
    await cancelled(call);
  });

  it('a client that goes away is not waited for', async () => {
    const calls = streamedCalls(running);
    const [host, port] = running.gateway.address.split(':');
    const sent = request({
      host,
      port,
      path: EVENTS_PATH,
      headers: { authorization: `Bearer ${token}` },
      agent: false,
    });
    sent.on('error', () => undefined).end();
    const call = await calls.next();
    sent.destroy();
    await cancelled(call);
  });
});
