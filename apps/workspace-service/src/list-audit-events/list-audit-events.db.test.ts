import { fileURLToPath } from 'node:url';
import { AuditAction, AuditContext, ListAuditEventsRequest } from '@lethe/contracts';
import { createTestDatabase, type TestDatabase } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addEvents, type AddedEvent } from '../testing/audit.sql.js';
import { callerNamed, reasonOf } from '../testing/stories.js';
import { addOrganization, addUser, revoke } from '../testing/world.sql.js';
import { listAuditEventsRpc } from './list-audit-events.rpc.js';

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url));
const WORKSPACES = [crypto.randomUUID(), crypto.randomUUID(), null];
const CONTEXTS = [0, 1, 2, 3, 5, 8];
const START = Date.UTC(2026, 0, 1);
const at = (n: number) => new Date(START + n * 60_000);
/** Every hand, context, action and workspace with every other now and then; two of each minute. */
const EVENTS: AddedEvent[] = Array.from({ length: 210 }, (_, n) => ({
  organizationId: n % 10 === 9 ? 'org10' : 'org1',
  workspaceId: WORKSPACES[n % 3] ?? null,
  context: CONTEXTS[n % 6] ?? 0,
  contextId: `thing${n % 4}`,
  action: Math.floor(n / 2) % 3,
  userId: ['ann', 'bob', 'gone', 'admin', 'eve'][n % 5] ?? '',
  byOperator: n % 11 === 0,
  time: at(Math.floor(n / 2)),
}));
let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase(migrations);
  for (const organization of ['org1', 'org10']) await addOrganization(db.pool, organization);
  for (const [user, orgRole] of Object.entries({ ann: 0, bob: 2, gone: 1, admin: 254, owner: 255 }))
    await addUser(db.pool, 'org1', user, { orgRole });
  await addUser(db.pool, 'org1', 'unvalidated', { orgRole: 254, validated: false });
  await addUser(db.pool, 'org10', 'eve', { orgRole: 254 });
  await revoke(db.pool, 'gone');
  await addEvents(db.pool, EVENTS);
});
afterAll(() => db.drop());

const list = (userId: string, request: Partial<ListAuditEventsRequest> = {}) =>
  listAuditEventsRpc(db.pool)({
    ...ListAuditEventsRequest.fromPartial({ pageSize: 1000, ...request }),
    caller: callerNamed(userId),
  });
const token = (...key: string[]) => Buffer.from(JSON.stringify(key)).toString('base64url');
/** Which of EVENTS were answered, by their place in it. */
async function found(userId: string, request: Partial<ListAuditEventsRequest> = {}): Promise<number[]> {
  const { events, totalSize, nextPageToken } = await list(userId, request);
  expect([totalSize, nextPageToken]).toEqual([events.length, '']);
  return events.map((event) => (JSON.parse(event.detailJson) as { n: number }).n - 1);
}
const places = (matches: (event: AddedEvent) => boolean) =>
  EVENTS.flatMap((event, n) => (matches(event) ? [n] : [])).reverse();
const ofOrg1 = (event: AddedEvent) => event.organizationId === 'org1';

describe('ListAuditEvents', () => {
  it('shows administrators and owners the whole organization, newest first, and no other', async () => {
    for (const user of ['admin', 'owner', 'unvalidated']) expect(await found(user)).toEqual(places(ofOrg1));
    expect(await found('eve')).toEqual(places((event) => !ofOrg1(event)));
  });

  it('shows others what they did themselves, and not what an operator of that name did', async () => {
    for (const user of ['ann', 'bob']) {
      const own = (event: AddedEvent) => ofOrg1(event) && event.userId === user && !event.byOperator;
      expect(await found(user)).toEqual(places(own));
      expect(await found(user, { userId: user })).toEqual(places(own));
      expect(await found(user, { userId: 'admin' })).toEqual([]);
    }
    for (const nobody of ['gone', 'stranger']) expect(await reasonOf(list(nobody))).toBe('USER_NOT_FOUND');
  });

  const FILTERS: [string, Partial<ListAuditEventsRequest>, (event: AddedEvent) => boolean][] = [
    ['a workspace', { workspaceId: WORKSPACES[1]!.toUpperCase() }, (e) => e.workspaceId === WORKSPACES[1]],
    ['a context', { context: AuditContext.WORKSPACE_USER }, (e) => e.context === 5],
    ['an action', { action: AuditAction.CREATED }, (e) => e.action === 0],
    ['a user', { userId: 'bob' }, (e) => e.userId === 'bob'],
    ['a thing', { contextId: 'thing2' }, (e) => e.contextId === 'thing2'],
    ['a time to begin', { fromTime: at(20) }, (e) => e.time >= at(20)],
    ['a time to end', { toTime: at(80) }, (e) => e.time <= at(80)],
  ];
  it('and by the context that is 0', async () => {
    const expected = places((event) => ofOrg1(event) && event.context === 0);
    expect(await found('admin', { context: AuditContext.WORKSPACE })).toEqual(expected);
  });

  const all = Array.from({ length: 1 << FILTERS.length }, (_, bits) =>
    FILTERS.filter((_filter, i) => bits & (1 << i)),
  );
  it(`filters by any of them and all together, in ${all.length} ways`, async () => {
    let matched = 0;
    for (const chosen of all)
      for (const user of ['admin', 'bob']) {
        const request = Object.assign({}, ...chosen.map((filter) => filter[1])) as object;
        const own = (event: AddedEvent) =>
          ofOrg1(event) && (user === 'admin' || (event.userId === user && !event.byOperator));
        const expected = places((event) => own(event) && chosen.every((filter) => filter[2](event)));
        expect(await found(user, request), chosen.map((filter) => filter[0]).join(' and ')).toEqual(expected);
        matched += expected.length > 0 ? 1 : 0;
      }
    expect(matched).toBeGreaterThan(all.length / 2);
  });

  it('finds nothing by ids that none can be, and refuses what is no filter', async () => {
    for (const request of [
      { workspaceId: 'x' },
      { workspaceId: 'a\0' },
      { userId: '\0' },
      { contextId: '\0' },
    ])
      expect(await found('admin', request)).toEqual([]);
    for (const request of [
      { context: 7 },
      { context: -1 },
      { action: 99 },
      { fromTime: new Date(NaN) },
      { toTime: new Date(8.64e15) },
      { fromTime: new Date(-8.64e15) },
      { pageToken: 'x' },
      { pageToken: token('1') },
      ...['-1', '1e400', '', '9'.repeat(16)].map((number) => ({
        pageToken: token(at(1).toISOString(), number),
      })),
      { pageToken: token('yesterday', '1') },
      { skip: -1 },
      { skip: 10_001 },
      { pageSize: 1001 },
    ])
      expect(await reasonOf(list('admin', request))).toBe('INVALID_ARGUMENT');
    await expect(list('admin', { skip: 10_001 })).rejects.toThrow(/narrow the time, or use page_token/);
  });

  it('names who did it as they are called today, also the revoked, and no operator', async () => {
    const { events } = await list('admin');
    expect(events.length).toBeGreaterThan(0);
    for (const { userId, byOperator, userName, userEmail } of events)
      expect([userName, userEmail]).toEqual(
        byOperator || userId === 'eve' ? ['', ''] : ['First Last', `${userId}@example.org`],
      );
    expect(events.filter((event) => event.userId === 'gone')).not.toEqual([]);
    expect(events.filter((event) => event.byOperator)).not.toEqual([]);
  });

  it('says all there is to an event', async () => {
    const [event] = (await list('admin', { pageSize: 1 })).events;
    const last = EVENTS.findLastIndex(ofOrg1);
    expect(event).toEqual({
      eventNo: expect.any(Number),
      time: EVENTS[last]!.time,
      context: [1, 2, 3, 4, 5, 6][last % 6],
      contextId: EVENTS[last]!.contextId,
      action: EVENTS[last]!.action + 1,
      organizationId: 'org1',
      workspaceId: EVENTS[last]!.workspaceId ?? '',
      userId: EVENTS[last]!.userId,
      userName: 'First Last',
      userEmail: `${EVENTS[last]!.userId}@example.org`,
      byOperator: EVENTS[last]!.byOperator,
      detailJson: `{"n": ${last + 1}}`,
    });
  });
});

describe('the pages of ListAuditEvents', () => {
  const everything = async () => (await list('admin')).events.map((event) => event.eventNo);

  it.each([1, 7, 63, 189, 190, 1000])('follow their tokens to the end, %i a page', async (pageSize) => {
    const expected = await everything();
    const numbers: number[] = [];
    let [pageToken, pages] = ['', 0];
    do {
      const page = await list('admin', { pageSize, pageToken });
      expect(page.totalSize).toBe(expected.length);
      numbers.push(...page.events.map((event) => event.eventNo));
      pageToken = page.nextPageToken;
      pages += 1;
    } while (pageToken !== '');
    expect(numbers).toEqual(expected);
    expect(pages).toBe(Math.ceil(expected.length / pageSize));
  });

  it('or pass over as many as asked', async () => {
    const expected = await everything();
    for (const skip of [0, 1, 100, 188, 189, 10_000]) {
      const page = await list('admin', { pageSize: 50, skip });
      expect(page.events.map((event) => event.eventNo)).toEqual(expected.slice(skip, skip + 50));
      expect(page.totalSize).toBe(expected.length);
    }
    const { nextPageToken: pageToken } = await list('admin', { pageSize: 50, skip: 100 });
    const next = await list('admin', { pageSize: 50, pageToken });
    expect(next.events.map((event) => event.eventNo)).toEqual(expected.slice(150, 200));
    expect(await reasonOf(list('admin', { pageToken, skip: 1 }))).toBe('INVALID_ARGUMENT');
  });
});
