import { status } from '@grpc/grpc-js';
import { AuditAction, AuditContext } from '@lethe/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { auditEvent } from '../testing/organization-samples.js';
import { startGateway, type RunningGateway } from '../testing/running-gateway.js';

let running: RunningGateway;
beforeAll(async () => {
  running = await startGateway();
});
afterAll(() => running.stop());
beforeEach(() => {
  running.service.reset();
  running.service.answer('listAuditEvents', { events: [auditEvent], totalSize: 41, nextPageToken: 'page-2' });
});

const ask = (body: unknown) =>
  running.send('POST', '/systemevent', {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const UNFILTERED = {
  workspaceId: '',
  context: AuditContext.UNSPECIFIED,
  contextId: '',
  action: AuditAction.UNSPECIFIED,
  userId: '',
  fromTime: undefined,
  toTime: undefined,
  pageSize: 20,
  pageToken: '',
  skip: 0,
};

describe('the body of POST /systemevent', () => {
  it.each<[object | null, object]>([
    [null, {}],
    [{}, {}],
    [
      {
        workspaceId: null,
        context: null,
        contextId: null,
        event: null,
        userId: null,
        skip: null,
        take: null,
      },
      {},
    ],
    [
      {
        ...{ workspaceId: 'undefined', context: 'undefined', contextId: 'undefined', event: 'undefined' },
        ...{ userId: 'undefined', from_timestamp: 'undefined', to_timestamp: 'undefined' },
        ...{ skip: 'undefined', take: 'undefined', pageToken: 'undefined', showUnread: 'undefined' },
      },
      {},
    ],
    [{ workspaceId: '', userId: '', contextId: '', from_timestamp: '' }, {}],
    [
      { workspaceId: 'w', contextId: 'c', userId: 'u' },
      { workspaceId: 'w', contextId: 'c', userId: 'u' },
    ],
    [
      { skip: 40, take: 100 },
      { skip: 40, pageSize: 100 },
    ],
    [
      { take: 1, pageToken: 'page-2' },
      { pageSize: 1, pageToken: 'page-2' },
    ],
    [{ showUnread: false, somethingNew: true }, {}],
    [{ from_timestamp: '2026-01-01T00:00:00.000Z' }, { fromTime: new Date('2026-01-01T00:00:00Z') }],
    [{ from_timestamp: '2026-01-01T02:00:00+02:00' }, { fromTime: new Date('2026-01-01T00:00:00Z') }],
    [{ from_timestamp: '2026-01-01T00:00:00' }, { fromTime: new Date('2026-01-01T00:00:00Z') }],
    [{ to_timestamp: '2026-01-01' }, { toTime: new Date('2026-01-01T00:00:00Z') }],
  ])('%j', async (body, asked) => {
    expect((await ask(body)).status).toBe(200);
    expect(running.service.calls[0]?.request).toMatchObject({ ...UNFILTERED, ...asked });
  });

  it('needs no body at all', async () => {
    expect((await running.send('POST', '/systemevent')).status).toBe(200);
    expect(running.service.calls[0]?.request).toMatchObject(UNFILTERED);
  });

  it.each([
    { context: 4 },
    { context: 6 },
    { context: 7 },
    { context: 9 },
    { context: 13 },
    { context: 2_000_000 },
    { event: 3 },
    { workspaceId: 'x'.repeat(257) },
    { showUnread: true },
    { context: 4, skip: 5, take: 7 },
  ])('%j: nothing is like that, and who may ask is still asked', async (body) => {
    const { skip = 0, take = 20 } = body as { skip?: number; take?: number };
    const answer = await ask(body);
    expect([answer.status, answer.json()]).toEqual([200, { events: [], total: 0, skip, take }]);
    running.service.refuse('listAuditEvents', status.NOT_FOUND, 'USER_NOT_FOUND');
    const refused = await ask(body);
    expect([refused.status, refused.json()['message']]).toEqual([404, 'User not found']);
  });

  it.each([
    { take: 0 },
    { take: 101 },
    { take: 1.5 },
    { take: '20' },
    { skip: -1 },
    { skip: 3_000_000_000 },
    { context: -1 },
    { context: 0.5 },
    { context: 'workspace' },
    { event: true },
    { userId: 1 },
    { workspaceId: ['w'] },
    { from_timestamp: 'yesterday' },
    { from_timestamp: 1_767_225_600_000 },
    { to_timestamp: '2026-13-01T00:00:00Z' },
    { to_timestamp: '2026-02-30' },
    { pageToken: 7 },
    [],
    'x',
  ])('%j is refused', async (body) => {
    const answer = await ask(body);
    expect([answer.status, answer.json()['code'], answer.json()['success']]).toEqual([
      400,
      'INVALID_ARGUMENT',
      false,
    ]);
    expect(running.service.calls).toEqual([]);
  });
});
