import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGateway, type RunningGateway } from '../testing/running-gateway.js';
import { hold, WORKSPACE_ID } from '../testing/samples.js';

let running: RunningGateway;
beforeAll(async () => {
  running = await startGateway();
});
afterAll(() => running.stop());
beforeEach(() => {
  running.service.reset();
});

const PATH = `/workspace/${WORKSPACE_ID}/hold`;
const shown = {
  holdId: 'hold-1',
  workspaceId: WORKSPACE_ID,
  origin: 'Court of Lys',
  reason: 'Case 7',
  placedBy: 'user-1',
  byOperator: false,
  placeTime: '2026-01-02T00:00:00.000Z',
};
const released = { ...hold, releasedBy: 'user-2', releaseTime: new Date('2026-01-03T00:00:00Z') };
const shownReleased = { ...shown, releasedBy: 'user-2', releaseTime: '2026-01-03T00:00:00.000Z' };
const json = (value: unknown) => ({
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

describe('PUT', () => {
  it('places one', async () => {
    running.service.answer('placeHold', { hold });
    const answer = await running.send('PUT', PATH, json({ origin: 'Court of Lys', reason: 'Case 7' }));
    expect([answer.status, answer.json()]).toEqual([200, { success: true, hold: shown }]);
  });

  it.each<[object | null, RegExp]>([
    [null, /^body/],
    [{}, /^body\.origin: .*; body\.reason: /],
    [{ origin: 'x' }, /^body\.reason: /],
    [{ reason: 'x' }, /^body\.origin: /],
    [{ origin: '', reason: 'x' }, /^body\.origin: /],
    [{ origin: 'x', reason: '' }, /^body\.reason: /],
    [{ origin: 1, reason: 'x' }, /^body\.origin: /],
    [{ origin: 'x', reason: null }, /^body\.reason: /],
    [{ origin: ['x'], reason: 'x' }, /^body\.origin: /],
  ])('%j is refused', async (body, message) => {
    const answer = await running.send('PUT', PATH, json(body));
    expect([answer.status, answer.json()['code']]).toEqual([400, 'INVALID_ARGUMENT']);
    expect(answer.json()['message']).toMatch(message);
    expect(running.service.calls).toEqual([]);
  });

  it.each([
    [status.ALREADY_EXISTS, 'HOLD_EXISTS', 409],
    [status.FAILED_PRECONDITION, 'PURGE_STARTED', 409],
  ])('%s %s is %i', async (code, reason, expected) => {
    running.service.refuse('placeHold', code, reason);
    const answer = await running.send('PUT', PATH, json({ origin: 'x', reason: 'y' }));
    expect([answer.status, answer.json()]).toEqual([
      expected,
      { success: false, message: `refused: ${reason}`, code: reason },
    ]);
  });
});

describe('GET', () => {
  it('lists them page by page, released ones too', async () => {
    running.service.answer('listHolds', { holds: [released, hold], nextPageToken: 'more' });
    const answer = await running.send('GET', `${PATH}?pageSize=2&pageToken=from`);
    expect([answer.status, answer.json()]).toEqual([
      200,
      { success: true, holds: [shownReleased, shown], nextPageToken: 'more' },
    ]);
    expect(running.service.calls[0]?.request).toMatchObject({ pageSize: 2, pageToken: 'from' });
  });
});

describe('DELETE', () => {
  it.each<[string, string, object | undefined]>([
    ['in the body', PATH, { origin: 'Court of Lys' }],
    ['in the query', `${PATH}?origin=Court%20of%20Lys`, undefined],
    ['in both, alike', `${PATH}?origin=Court%20of%20Lys`, { origin: 'Court of Lys' }],
    ['in the query, beside an empty body', `${PATH}?origin=Court%20of%20Lys`, {}],
    [
      'in the body, beside what clients write for none',
      `${PATH}?origin=undefined`,
      { origin: 'Court of Lys' },
    ],
  ])('releases the one that is named %s', async (_, path, body) => {
    running.service.answer('releaseHold', { hold: released });
    const answer = await running.send('DELETE', path, body && json(body));
    expect([answer.status, answer.json()]).toEqual([200, { success: true, hold: shownReleased }]);
    expect(running.service.calls).toMatchObject([
      { request: { workspaceId: WORKSPACE_ID, origin: 'Court of Lys', holdId: '', releasedBy: '' } },
    ]);
  });

  it.each<[string, string, object | null | undefined, RegExp]>([
    ['nothing', PATH, undefined, /^body\.origin: say whose hold/],
    ['null', PATH, null, /^body\.origin: say whose hold/],
    ['a misspelt field', PATH, { orign: 'x' }, /^body\.origin: say whose hold/],
    ['the text undefined', `${PATH}?origin=undefined`, undefined, /^body\.origin: say whose hold/],
    ['a blank', PATH, { origin: '' }, /^body\.origin: /],
    ['a blank in the query', `${PATH}?origin=`, undefined, /^querystring\.origin: /],
    ['a number', PATH, { origin: 1 }, /^body\.origin: /],
    ['a list', PATH, ['x'], /^body: /],
    ['two', `${PATH}?origin=a&origin=b`, undefined, /^querystring\.origin: /],
    ['two that differ', `${PATH}?origin=a`, { origin: 'b' }, /^body\.origin: is another/],
  ])('releases nothing on %s', async (_, path, body, message) => {
    const answer = await running.send('DELETE', path, body === undefined ? {} : json(body));
    expect([answer.status, answer.json()['code']]).toEqual([400, 'INVALID_ARGUMENT']);
    expect(answer.json()['message']).toMatch(message);
    expect(running.service.calls).toEqual([]);
  });

  it('404 when there is none in force', async () => {
    running.service.refuse('releaseHold', status.NOT_FOUND, 'HOLD_NOT_FOUND');
    const answer = await running.send('DELETE', `${PATH}?origin=x`);
    expect([answer.status, answer.json()['code']]).toEqual([404, 'HOLD_NOT_FOUND']);
  });
});
