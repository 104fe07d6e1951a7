import { connect } from 'node:net';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGateway, type RunningGateway } from './testing/running-gateway.js';
import { goodRequest, protectedRoutes } from './testing/routes.js';
import { workspace } from './testing/samples.js';

let running: RunningGateway;
beforeAll(async () => {
  running = await startGateway();
});
afterAll(() => running.stop());
beforeEach(() => {
  running.service.reset();
});

/** As sent in a path, and the id that it is. */
const IDS: readonly (readonly [string, string])[] = [
  ['undefined', 'undefined'],
  ['null', 'null'],
  ['%', '%'],
  ['50%', '50%'],
  ['%zz', '%zz'],
  ['%C3', '%C3'],
  ['caf%C3%A9', 'café'],
  ['a%20b', 'a b'],
  ['a%2Fb', 'a/b'],
  ['a%3Fb', 'a?b'],
  ['a%23b', 'a#b'],
  ['a#b', 'a#b'],
  ['#', '#'],
  ['a%#b', 'a%#b'],
  ['%00', '\0'],
  ['..%2f..%2fadmin', '../../admin'],
  ['..', '..'],
  ['.', '.'],
  ['a;b=c', 'a;b=c'],
  ['a+b', 'a+b'],
  ['a&b=c', 'a&b=c'],
  [':id', ':id'],
  ['*', '*'],
  ['{id}', '{id}'],
  ['"a"', '"a"'],
  ['<a>', '<a>'],
  ['a|b^c`d', 'a|b^c`d'],
  ['a\\b', 'a\\b'],
  ["a'b", "a'b"],
  ['~$@!(),', '~$@!(),'],
  ['x'.repeat(256), 'x'.repeat(256)],
];
const WITH_ID = protectedRoutes.filter(({ template }) => template.includes('{'));

describe('ids in paths', () => {
  it.each(WITH_ID)('$method $template takes them to the letter', async (route) => {
    for (const [sent, received] of IDS) {
      running.service.reset();
      running.service.refuse(route.rpc, status.NOT_FOUND, 'WORKSPACE_NOT_FOUND');
      const path = route.template.replaceAll(/\{\w+\}/g, () => sent);
      const answer = await running.send(route.method, path, goodRequest(route));
      expect([answer.status, answer.json()['code']], path).toEqual([404, 'WORKSPACE_NOT_FOUND']);
      const given = Object.entries(running.service.calls[0]?.request ?? {}).filter(
        ([name]) => route.template.includes('{') && /^(workspace|user|bucket|repository)Id$/.test(name),
      );
      const { body = {} } = route;
      const ofPath = given.filter(([name]) => !(name in body));
      expect(
        ofPath.map(([, id]) => id),
        path,
      ).toEqual(ofPath.map(() => received));
      expect(ofPath.length).toBe(route.template.match(/\{/g)?.length);
    }
  });

  it.each(WITH_ID)(
    '$method $template: one that is too long is asked for as one that nothing has',
    async (route) => {
      const tried = async (id: string) => {
        running.service.reset();
        running.service.refuse(route.rpc, status.NOT_FOUND, 'WORKSPACE_NOT_FOUND');
        const path = route.template.replaceAll(/\{\w+\}/g, () => id);
        const { status: code, text } = await running.send(route.method, path, goodRequest(route));
        return { answer: [code, text], asked: running.service.calls[0]?.request };
      };
      const unknown = await tried('x'.repeat(129));
      expect(unknown.answer[0]).toBe(404);
      for (const length of [257, 5_000]) expect(await tried('x'.repeat(length))).toEqual(unknown);
      // As PostgreSQL counts characters, so that no half of one makes it another id.
      const { asked } = await tried(encodeURIComponent('😀'.repeat(200)));
      expect(Object.values(asked ?? {})).toContain('😀'.repeat(129));
    },
  );

  it.each(WITH_ID)(
    '$method $template: the caller comes first, also before an id that is too long',
    async (route) => {
      running.service.refuse(route.rpc, status.FAILED_PRECONDITION, 'USER_NOT_VALIDATED');
      const path = route.template.replaceAll(/\{\w+\}/g, () => 'x'.repeat(257));
      const answer = await running.send(route.method, path, goodRequest(route));
      expect(answer.json()['code']).toBe('USER_NOT_VALIDATED');
    },
  );

  it.each<[string, string, string, object?]>([
    ['GET', '/bucket?workspaceId=LONG', 'listBuckets'],
    ['GET', '/repo?workspaceId=LONG', 'listRepositories'],
    ['GET', '/repo?repoId=LONG', 'listRepositories'],
    ['POST', '/bucket', 'createBucket', { name: 'b', workspaceId: 'LONG' }],
    ['POST', '/repo', 'createRepository', { name: 'r', workspaceId: 'LONG' }],
    ['POST', '/workspace/w/users', 'addMember', { userId: 'LONG', role: 'READ' }],
  ])('so it is where the path does not name it: %s %s', async (method, path, rpc, body) => {
    const long = (text: string) => text.replace('LONG', 'x'.repeat(257));
    running.service.refuse(rpc, status.FAILED_PRECONDITION, 'USER_NOT_VALIDATED');
    const sent = body && {
      headers: { 'content-type': 'application/json' },
      body: long(JSON.stringify(body)),
    };
    const answer = await running.send(method, long(path), sent);
    expect(answer.json()['code']).toBe('USER_NOT_VALIDATED');
    expect(Object.values(running.service.calls[0]?.request ?? {})).toContain('x'.repeat(129));
  });

  it('a space is no part of a request line', async () => {
    const text = await raw('DELETE /workspace/a b HTTP/1.1\r\nhost: x\r\n\r\n');
    expect(text).toMatch(/^HTTP\/1.1 400 /);
    expect(running.service.calls).toEqual([]);
  });
});

describe('slashes', () => {
  it.each(protectedRoutes)('$method $template, doubled and at the end', async (route) => {
    const [path = '', query] = route.path.split('?');
    for (const odd of [`${path}/`, path.replaceAll('/', '//'), `${path.replaceAll('/', '///')}//`]) {
      running.service.reset();
      running.service.answer(route.rpc, route.response);
      const sent = query === undefined ? odd : `${odd}?${query}`;
      const answer = await running.send(route.method, sent, goodRequest(route));
      expect(answer.status, sent).toBe(route.status);
      expect(running.service.calls, sent).toMatchObject([{ method: route.rpc, request: route.asks }]);
    }
  });
});

describe('queries', () => {
  const none = { pageSize: 1000, pageToken: '' };
  it.each<[string, string, object]>([
    ['/workspace', 'listWorkspaces', none],
    ['/workspace?pageSize=undefined&pageToken=undefined', 'listWorkspaces', none],
    ['/workspace?pageSize=&pageToken=', 'listWorkspaces', none],
    [
      '/workspace?pageSize=7&pageToken=abc&walletAddress=undefined',
      'listWorkspaces',
      { pageSize: 7, pageToken: 'abc' },
    ],
    ['/bucket?workspaceId=undefined&walletAddress=undefined', 'listBuckets', { workspaceId: '', ...none }],
    ['/bucket?workspaceId=w&pageSize=1', 'listBuckets', { workspaceId: 'w', pageSize: 1, pageToken: '' }],
    ['/bucket?workspaceId=a#b', 'listBuckets', { workspaceId: 'a#b', ...none }],
    ['/repo?', 'listRepositories', { workspaceId: '', repositoryId: '', ...none }],
    [
      '/repo?workspaceId=undefined&repoId=undefined',
      'listRepositories',
      { workspaceId: '', repositoryId: '', ...none },
    ],
    [
      '/repo?workspaceId=w&pageToken=abc',
      'listRepositories',
      { workspaceId: 'w', pageSize: 1000, pageToken: 'abc' },
    ],
    ['/organization/users?pageSize=1000', 'listUsers', { showDeleted: false, ...none }],
    ['/organization/users?deleted=true', 'listUsers', { showDeleted: true, ...none }],
    ['/organization/users?deleted=undefined', 'listUsers', { showDeleted: false, ...none }],
    ['/workspace/x?deleted=undefined', 'getWorkspace', { showDeleted: false }],
  ])('%s', async (path, rpc, asked) => {
    running.service.answer('listWorkspaces', { workspaces: [] });
    running.service.answer('listBuckets', { buckets: [] });
    running.service.answer('listRepositories', { repositories: [] });
    running.service.answer('listUsers', { users: [], totalSize: 0 });
    running.service.answer('getWorkspace', { workspace });
    expect((await running.send('GET', path)).status).toBe(200);
    expect(running.service.calls).toMatchObject([{ method: rpc, request: asked }]);
  });

  it.each(['0', '1001', '-1', '1.5', '1e2', 'x', '00001', '99999999999999999999', '10&pageSize=10'])(
    'a page of %s is refused',
    async (size) => {
      for (const path of ['/workspace', '/bucket', '/repo', '/organization/users']) {
        const answer = await running.send('GET', `${path}?pageSize=${size}`);
        expect([answer.status, answer.json()['code']], path).toEqual([400, 'INVALID_ARGUMENT']);
      }
      expect(running.service.calls).toEqual([]);
    },
  );

  it('a page token that is none is refused in the service’s words', async () => {
    for (const [path, rpc] of [
      ['/workspace', 'listWorkspaces'],
      ['/bucket', 'listBuckets'],
      ['/repo', 'listRepositories'],
      ['/organization/users', 'listUsers'],
    ] as const) {
      running.service.refuse(rpc, status.INVALID_ARGUMENT, 'INVALID_ARGUMENT');
      const answer = await running.send('GET', `${path}?pageToken=abc`);
      expect([answer.status, answer.json()['message']]).toEqual([400, 'refused: INVALID_ARGUMENT']);
      expect((await running.send('GET', `${path}?pageToken=${'x'.repeat(2_049)}`)).status).toBe(400);
    }
  });
});

function raw(bytes: string): Promise<string> {
  const [host, port] = running.gateway.address.split(':');
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), host, () => socket.write(bytes));
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('close', () => {
      resolve(text);
    });
    socket.on('error', reject);
  });
}
