import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ORGANIZATION_RIGHTS,
  ORGANIZATION_ROLES,
} from '../../../apps/workspace-service/src/authorization/organization-rights.js';
import {
  STATES,
  WORKSPACE_RIGHTS,
  workspaceVerdict,
  type RightsState,
  type Verdict,
} from '../../../apps/workspace-service/src/authorization/workspace-rights.js';
import { provisionBucket } from '../../embedded/index.js';
import {
  ORGANIZATION_ATTEMPTS,
  WORKSPACE_ATTEMPTS,
  type Expected,
  type OrganizationAttempt,
  type Request,
  type WorkspaceAttempt,
} from './attempts.js';
import { ADMIN, CALLERS, isNobody, isStranger, standingsOf, type TestCaller } from './callers.js';
import { startRestStack, type RestStack } from './rest-stack.js';
import { addExtras, addWorkspaces, freshWorkspace, seedOrganizations } from './world.sql.js';

const STATUS: Record<Exclude<Verdict, 'allowed'>, number> = {
  WORKSPACE_ACTIVE: 409,
  RESTORE_WINDOW_CLOSED: 409,
  PURGE_STARTED: 409,
  WORKSPACE_ALREADY_DELETED: 404,
  INSUFFICIENT_PERMISSIONS: 403,
  WORKSPACE_NOT_FOUND: 404,
};

let stack: RestStack;
const tokens = new Map<TestCaller, string>();
beforeAll(async () => {
  const bucket = `authorization-${randomUUID().slice(0, 8)}`;
  stack = await startRestStack(bucket, await provisionBucket(process.env, bucket, { versioning: false }));
  await seedOrganizations(stack.database.pool);
  for (const caller of CALLERS) tokens.set(caller, await tokenOf(caller));
}, 120_000);
afterAll(() => stack.stop());

function tokenOf({ userId, token }: TestCaller): Promise<string> {
  if (token === 'expired') return stack.tokenFor(userId, {}, '-1h');
  return stack.tokenFor(userId, typeof token === 'object' ? token : {});
}

/** What came back: of a stream only that it began. */
async function send(
  caller: TestCaller,
  { method, path, body }: Request,
): Promise<{ answer: Expected; text: string }> {
  const aborted = new AbortController();
  const response = await fetch(stack.url + path, {
    method,
    headers: {
      authorization: `Bearer ${tokens.get(caller)}`,
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: aborted.signal,
  });
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
    aborted.abort();
    return { answer: [response.status], text: '' };
  }
  const text = await response.text();
  const { code } = JSON.parse(text) as { code?: string };
  return { answer: code === undefined ? [response.status] : [response.status, code], text };
}

/** What is said before the table is looked at; undefined: the table decides. */
function beforehand(
  caller: TestCaller,
  validated: boolean,
  unvalidated: Expected = [400, 'USER_NOT_VALIDATED'],
): Expected | undefined {
  if (caller.token === 'expired') return [401, 'UNAUTHENTICATED'];
  if (isNobody(caller) || (validated && caller.validated === false))
    return validated ? unvalidated : [404, 'USER_NOT_FOUND'];
  return undefined;
}

function expectedOf(attempt: WorkspaceAttempt, state: RightsState, caller: TestCaller): Expected {
  const first = beforehand(caller, WORKSPACE_RIGHTS[attempt.operation].validated, attempt.unvalidated);
  if (first) return first;
  const hidden: Expected = [404, attempt.hidden ?? 'WORKSPACE_NOT_FOUND'];
  if (isStranger(caller)) return hidden;
  const askedForIt = attempt.operation === 'readDeletion' && caller.userId === ADMIN.userId;
  const verdict = askedForIt
    ? 'allowed'
    : workspaceVerdict(attempt.operation, state, standingsOf(caller, state));
  if (verdict === 'allowed') return attempt.allowed(state);
  // A bucket or a repository is gone with its workspace.
  if (attempt.hidden && state !== 'active') return hidden;
  return verdict === 'WORKSPACE_NOT_FOUND' ? hidden : [STATUS[verdict], verdict];
}

describe.each(WORKSPACE_ATTEMPTS.map((attempt) => [attempt.route, attempt.operation, attempt] as const))(
  '%s (%s)',
  (_route, _operation, attempt) => {
    it.each(STATES)('of a workspace that is %s: each caller gets what the table says', async (state) => {
      const rows = CALLERS.map(() => freshWorkspace(state, attempt.needs));
      await addWorkspaces(stack.database.pool, rows);
      const [told, expected] = [new Map<string, Expected>(), new Map<string, Expected>()];
      for (const [i, caller] of CALLERS.entries()) {
        const { answer, text } = await send(caller, attempt.request(rows[i]!));
        told.set(caller.name, answer);
        expected.set(caller.name, expectedOf(attempt, state, caller));
        if (isStranger(caller)) {
          const unknown = await send(caller, attempt.request(freshWorkspace(state, attempt.needs)));
          expect(text, 'byte for byte like an unknown one').toBe(unknown.text);
        }
      }
      expect(Object.fromEntries(told)).toEqual(Object.fromEntries(expected));
    });
  },
);

function expectedInOrganization(attempt: OrganizationAttempt, caller: TestCaller): Expected {
  const { validated, row } = ORGANIZATION_RIGHTS[attempt.operation];
  const first = beforehand(caller, validated);
  if (first) return first;
  if (isStranger(caller) && attempt.stranger) return attempt.stranger;
  const column = ORGANIZATION_ROLES.indexOf(
    ({ 0: 'USER', 1: 'BILLING', 2: 'WORKSPACES', 254: 'ADMINISTRATORS', 255: 'OWNER' } as const)[
      caller.orgRole
    ] ?? 'USER',
  );
  return row[column] ? attempt.allowed : [403, 'INSUFFICIENT_PERMISSIONS'];
}

describe('in the organization', () => {
  it.each(ORGANIZATION_ATTEMPTS.map((attempt) => [attempt.route, attempt.operation, attempt] as const))(
    '%s (%s): each caller gets what the table says',
    async (_route, _operation, attempt) => {
      const extras = CALLERS.map(() => `extra-${randomUUID().slice(0, 8)}`);
      if (attempt.extra) await addExtras(stack.database.pool, extras, attempt.extra === 'revoked');
      const [told, expected] = [new Map<string, Expected>(), new Map<string, Expected>()];
      for (const [i, caller] of CALLERS.entries()) {
        const { answer, text } = await send(caller, attempt.request(extras[i] ?? ''));
        told.set(caller.name, answer);
        expected.set(caller.name, expectedInOrganization(attempt, caller));
        if (isStranger(caller) && attempt.stranger)
          expect(text).toBe((await send(caller, attempt.request(`extra-${randomUUID()}`))).text);
      }
      expect(Object.fromEntries(told)).toEqual(Object.fromEntries(expected));
    },
  );

  it('shows of the audit all to administrators, to others what they did themselves', async () => {
    const [acting, other] = CALLERS.filter((c) => c.orgRole === 255 && beforehand(c, true) === undefined);
    for (const caller of [acting!, other!])
      await send(caller, { method: 'POST', path: '/workspace', body: { name: 'audited' } });
    for (const caller of CALLERS.filter((c) => beforehand(c, false) === undefined)) {
      const { text } = await send(caller, { method: 'POST', path: '/systemevent', body: { take: 100 } });
      const { events } = JSON.parse(text) as { events: { userId: string; orgId: string }[] };
      const actors = new Set(events.map(({ userId }) => userId));
      expect(new Set(events.map(({ orgId }) => orgId)).size, caller.name).toBeLessThan(2);
      if (isStranger(caller)) expect([...actors].filter((id) => id !== caller.userId)).toEqual([]);
      else if (caller.orgRole >= 254) expect(actors.size, caller.name).toBeGreaterThan(1);
      else
        expect(
          [...actors].filter((id) => id !== caller.userId),
          caller.name,
        ).toEqual([]);
    }
  });

  it('shows in lists only what is the caller’s own', async () => {
    const mine = freshWorkspace('active', { furnished: true });
    const [deleted, due] = [freshWorkspace('deleted'), freshWorkspace('due')];
    await addWorkspaces(stack.database.pool, [mine, deleted, due]);
    const mentions = async (caller: TestCaller, path: string, id: string | null) =>
      (await send(caller, { method: 'GET', path })).text.includes(String(id));
    for (const caller of CALLERS.filter((c) => beforehand(c, false) === undefined)) {
      const member = caller.member !== undefined;
      const { workspaceId, bucketId, repositoryId } = mine;
      const bin = '/workspace?deleted=true&pageSize=1000';
      expect(await mentions(caller, '/workspace?pageSize=1000', workspaceId), caller.name).toBe(member);
      expect(await mentions(caller, `/bucket?workspaceId=${workspaceId}`, bucketId), caller.name).toBe(
        member,
      );
      expect(await mentions(caller, `/repo?workspaceId=${workspaceId}`, repositoryId), caller.name).toBe(
        member,
      );
      const restores = !isStranger(caller) && (caller.member === 'ADMIN' || caller.orgRole >= 254);
      expect(await mentions(caller, bin, deleted.workspaceId), caller.name).toBe(restores);
      expect(await mentions(caller, bin, due.workspaceId), caller.name).toBe(false);
      expect(await mentions(caller, '/organization/users?pageSize=1000', ADMIN.userId), caller.name).toBe(
        !isStranger(caller),
      );
    }
  });
});

it('no route with a token is missing in this table', async () => {
  const document = (await (await fetch(`${stack.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { security?: unknown }>>;
  };
  const secured = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { security }]) => security !== undefined)
      .map(([method]) => `${method.toUpperCase()} ${path}`),
  );
  const tried = [...WORKSPACE_ATTEMPTS, ...ORGANIZATION_ATTEMPTS].map(({ route }) => route);
  expect([...new Set(tried)].sort()).toEqual(secured.sort());
});
