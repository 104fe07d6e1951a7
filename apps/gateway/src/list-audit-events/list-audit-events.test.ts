import { AuditAction, AuditContext } from '@lethe/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { auditEvent } from '../testing/organization-samples.js';
import { startGateway, type RunningGateway } from '../testing/running-gateway.js';
import { WORKSPACE_ID } from '../testing/samples.js';

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

describe('POST /systemevent', () => {
  it('answers as documented, without "success"', async () => {
    expect((await ask({ skip: 0, take: 20 })).json()).toEqual({
      events: [
        {
          id: 7,
          timestamp: '2026-01-01T00:00:00.000Z',
          contextId: WORKSPACE_ID,
          context: 'workspace',
          event: 'deleted',
          orgId: 'organization-1',
          userId: 'user-1',
          userName: 'Ada L',
          userEmail: 'ada@example.org',
          workspaceId: WORKSPACE_ID,
          jsonData: '{"deletionId":"deletion-1"}',
          showUnread: false,
        },
      ],
      total: 41,
      skip: 0,
      take: 20,
      nextPageToken: 'page-2',
    });
  });

  it('null for what there is not, and a word for operators', async () => {
    const bare = {
      ...auditEvent,
      workspaceId: '',
      detailJson: '',
      userName: '',
      userEmail: '',
      byOperator: true,
    };
    running.service.answer('listAuditEvents', { events: [bare], totalSize: 1 });
    const answer = (await ask({})).json();
    expect(answer['events']).toMatchObject([
      { workspaceId: null, jsonData: null, userName: '', byOperator: true },
    ]);
    expect(answer).not.toHaveProperty('nextPageToken');
  });

  it.each([
    [AuditContext.WORKSPACE, 0, 'workspace'],
    [AuditContext.BUCKET, 1, 'bucket'],
    [AuditContext.REPOSITORY, 2, 'repo'],
    [AuditContext.USER, 3, 'user'],
    [AuditContext.WORKSPACE_USER, 5, 'workspaceuser'],
    [AuditContext.ORGANIZATION_SETTINGS, 8, 'orgsettings'],
  ])('the context %i is asked for as %i and shown as %s', async (context, number, word) => {
    running.service.answer('listAuditEvents', { events: [{ ...auditEvent, context }], totalSize: 1 });
    expect((await ask({ context: number })).json()['events']).toMatchObject([{ context: word }]);
    expect(running.service.calls[0]?.request).toEqual({
      ...UNFILTERED,
      caller: { userId: 'user-1', organizationId: 'organization-1' },
      context,
    });
  });

  it.each([
    [AuditAction.CREATED, 0, 'created'],
    [AuditAction.UPDATED, 1, 'updated'],
    [AuditAction.DELETED, 2, 'deleted'],
  ])('the action %i is asked for as %i and shown as %s', async (action, number, word) => {
    running.service.answer('listAuditEvents', { events: [{ ...auditEvent, action }], totalSize: 1 });
    expect((await ask({ event: number })).json()['events']).toMatchObject([{ event: word }]);
    expect(running.service.calls[0]?.request).toMatchObject({ ...UNFILTERED, action });
  });

  it.each([{ context: AuditContext.UNSPECIFIED }, { action: AuditAction.UNSPECIFIED }, { time: undefined }])(
    'an event that the contract does not know (%j) is the documented 500',
    async (changed) => {
      running.service.answer('listAuditEvents', { events: [{ ...auditEvent, ...changed }], totalSize: 1 });
      const answer = await ask({});
      expect([answer.status, answer.json()['message']]).toEqual([500, 'Failed to query system events']);
    },
  );
});
