import { status } from '@grpc/grpc-js';
import { WorkspaceRole } from '@lethe/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { user } from './testing/organization-samples.js';
import { startGateway, type RunningGateway } from './testing/running-gateway.js';
import { WORKSPACE_ID } from './testing/samples.js';

let running: RunningGateway;
beforeAll(async () => {
  running = await startGateway();
});
afterAll(() => running.stop());
beforeEach(() => {
  running.service.reset();
});

const PATH = `/workspace/${WORKSPACE_ID}`;
const send = (method: string, path: string, body?: object, headers: Record<string, string> = {}) =>
  running.send(method, path, {
    headers: { ...(body && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });

describe('the users of a workspace', () => {
  it.each<[string, string, object | undefined, string]>([
    ['POST', `${PATH}/users`, { userId: 'user-2', role: 'READ' }, 'addMember'],
    ['PUT', `${PATH}/users/user-2`, { role: 'ADMIN' }, 'updateMember'],
    ['DELETE', `${PATH}/users/user-2`, undefined, 'removeMember'],
  ])('%s %s answers exactly {"success":true}', async (method, path, body, rpc) => {
    running.service.answer(rpc, {});
    const answer = await send(method, path, body);
    expect([answer.status, answer.text]).toEqual([200, '{"success":true}']);
  });

  it.each([
    ['READ', WorkspaceRole.READ],
    ['WRITE', WorkspaceRole.WRITE],
    ['ADMIN', WorkspaceRole.ADMIN],
  ])('%s is passed on', async (role, number) => {
    running.service.answer('addMember', {});
    running.service.answer('updateMember', {});
    await send('POST', `${PATH}/users`, { userId: 'user-2', role });
    await send('PUT', `${PATH}/users/user-2`, { role });
    expect(running.service.calls.map(({ request }) => request['role'])).toEqual([number, number]);
  });

  it.each([
    'OWNER',
    'read',
    '',
    'UNSPECIFIED',
    'UNRECOGNIZED',
    '3',
    3,
    null,
    ['READ'],
    undefined,
    'toString',
  ])('the role %j is 400', async (role) => {
    for (const answer of [
      await send('POST', `${PATH}/users`, { userId: 'user-2', role }),
      await send('PUT', `${PATH}/users/user-2`, { role }),
    ])
      expect([answer.status, answer.json()['code']]).toEqual([400, 'INVALID_ARGUMENT']);
    expect(running.service.calls).toEqual([]);
  });

  it.each<[string, status, string, number, string]>([
    ['addMember', status.NOT_FOUND, 'TARGET_USER_NOT_FOUND', 404, 'Target user not found'],
    ['addMember', status.NOT_FOUND, 'WORKSPACE_NOT_FOUND', 404, 'Workspace not found'],
    ['addMember', status.ALREADY_EXISTS, 'USER_ALREADY_MEMBER', 409, 'refused: USER_ALREADY_MEMBER'],
    ['updateMember', status.NOT_FOUND, 'MEMBER_NOT_FOUND', 404, 'User not found in workspace'],
    ['updateMember', status.FAILED_PRECONDITION, 'LAST_ADMIN', 409, 'refused: LAST_ADMIN'],
    ['removeMember', status.NOT_FOUND, 'MEMBER_NOT_FOUND', 404, 'User not found in workspace'],
    ['removeMember', status.FAILED_PRECONDITION, 'LAST_ADMIN', 409, 'refused: LAST_ADMIN'],
  ])('%s: %i %s is %i %s', async (rpc, code, reason, expected, message) => {
    running.service.refuse(rpc, code, reason);
    const answers: Record<string, () => ReturnType<typeof send>> = {
      addMember: () => send('POST', `${PATH}/users`, { userId: 'user-2', role: 'READ' }),
      updateMember: () => send('PUT', `${PATH}/users/user-2`, { role: 'READ' }),
      removeMember: () => send('DELETE', `${PATH}/users/user-2`),
    };
    const answer = await answers[rpc]?.();
    expect([answer?.status, answer?.text]).toEqual([
      expected,
      `{"success":false,"message":"${message}","code":"${reason}"}`,
    ]);
  });
});

describe('the users of an organization', () => {
  it('listed as documented', async () => {
    const revokeTime = new Date('2026-02-01T00:00:00Z');
    running.service.answer('listUsers', {
      users: [user, { ...user, userId: 'user-3', orgRole: 0, validated: false, revokeTime }],
      totalSize: 7,
      nextPageToken: 'page-2',
    });
    const grace = { email: 'grace@example.org', name: 'Grace', lastName: 'H', orgId: 'organization-1' };
    expect((await send('GET', '/organization/users')).json()).toEqual({
      success: true,
      data: [
        {
          id: 'user-2',
          ...grace,
          orgRole: 2,
          validated: true,
          deletedAt: null,
          orgRoleDescription: 'WORKSPACES',
          orgRoles: [0, 1, 2],
        },
        {
          id: 'user-3',
          ...grace,
          orgRole: 0,
          validated: false,
          deletedAt: '2026-02-01T00:00:00.000Z',
          orgRoleDescription: 'USER',
          orgRoles: [0],
        },
      ],
      total: 7,
      nextPageToken: 'page-2',
    });
  });

  it.each([
    [0, 'USER', [0]],
    [1, 'BILLING', [0, 1]],
    [2, 'WORKSPACES', [0, 1, 2]],
    [254, 'ADMINISTRATORS', [0, 1, 2, 254]],
    [255, 'OWNER', [0, 1, 2, 254, 255]],
    [7, 'UNKNOWN', [0, 1, 2]],
  ])('the role %i is %s and includes %j', async (orgRole, orgRoleDescription, orgRoles) => {
    running.service.answer('listUsers', { users: [{ ...user, orgRole }], totalSize: 1 });
    const { data } = (await send('GET', '/organization/users')).json();
    expect(data).toMatchObject([{ orgRole, orgRoleDescription, orgRoles }]);
  });

  it('deleted, saying what nobody has access to any more', async () => {
    running.service.answer('deleteUser', { orphanedWorkspaceIds: [] });
    expect((await send('DELETE', '/organization/users/user-2')).text).toBe(
      '{"success":true,"message":"User deleted successfully"}',
    );
    running.service.answer('deleteUser', { orphanedWorkspaceIds: ['w1', 'w2'] });
    expect((await send('DELETE', '/organization/users/user-2')).json()).toEqual({
      success: true,
      message: 'User deleted successfully',
      orphanedWorkspaceIds: ['w1', 'w2'],
    });
  });

  it('activated', async () => {
    running.service.answer('activateUser', {});
    expect((await send('POST', '/organization/users/user-2/activate')).text).toBe(
      '{"success":true,"message":"User activated successfully"}',
    );
  });

  it.each<[string, string, string, status, string, number, string]>([
    [
      'DELETE',
      '',
      'deleteUser',
      status.FAILED_PRECONDITION,
      'CANNOT_DELETE_SELF',
      400,
      'Cannot delete yourself',
    ],
    ['DELETE', '', 'deleteUser', status.NOT_FOUND, 'USER_NOT_FOUND', 404, 'User not found'],
    [
      'POST',
      '/activate',
      'activateUser',
      status.FAILED_PRECONDITION,
      'USER_NOT_DELETED',
      400,
      'User is not deleted',
    ],
    ['POST', '/activate', 'activateUser', status.NOT_FOUND, 'USER_NOT_FOUND', 404, 'User not found'],
  ])('%s users/user-2%s: %s %i %s is %i %s', async (method, more, rpc, code, reason, expected, message) => {
    running.service.refuse(rpc, code, reason);
    const answer = await send(method, `/organization/users/user-2${more}`);
    expect([answer.status, answer.text]).toEqual([
      expected,
      `{"success":false,"message":"${message}","code":"${reason}"}`,
    ]);
  });
});
