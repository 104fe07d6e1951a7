import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGateway, type RunningGateway } from './testing/running-gateway.js';
import { protectedRoutes } from './testing/routes.js';

let running: RunningGateway;
beforeAll(async () => {
  running = await startGateway();
});
afterAll(() => running.stop());
beforeEach(() => {
  running.service.reset();
});

const JSON_TYPE = { 'content-type': 'application/json' };
const deep = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);

const BODIES: readonly (readonly [string, string])[] = [
  ['nested lists', deep('[', ']', 30_000)],
  ['nested objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
  ['nested under a known name', `{"name":${deep('[', ']', 30_000)}}`],
  ['nested under every name', `{"userId":${deep('[', ']', 9_000)},"role":${deep('[', ']', 9_000)}}`],
  ['lists that never end', '['.repeat(60_000)],
  ['objects that never end', '{"a":'.repeat(12_000)],
  ['many names', `{${Array.from({ length: 5_000 }, (_, n) => `"k${n}":1`).join()}}`],
  ['a long name', `{"${'k'.repeat(60_000)}":1}`],
  ['a name twice', '{"name":"a","name":{"x":1}}'],
  ['__proto__', '{"__proto__":{"name":"x"}}'],
  ['__proto__, escaped', '{"\\u005f_proto__":{"name":"x"}}'],
  ['__proto__ further in', '{"name":{"__proto__":{"x":1}}}'],
  ['constructor', '{"constructor":{"prototype":{"name":"x"}}}'],
  ['toString', '{"toString":1,"valueOf":2,"hasOwnProperty":3}'],
  [
    'wrong everywhere',
    '{"name":1,"workspaceId":[],"userId":{},"role":7,"default":"x","context":"x","take":0,"skip":-1}',
  ],
  [
    'numbers too large',
    '{"name":1e999,"context":1e999,"event":-1e999,"skip":1e308,"take":99999999999999999999}',
  ],
  ['half a character', '{"name":"\\ud800","userId":"\\ud800","workspaceId":"\\ud800","role":"READ"}'],
  ['NUL', '{"name":"a\\u0000b","userId":"\\u0000","workspaceId":"\\u0000","role":"READ","context":null}'],
  ['times that are none', '{"from_timestamp":"9999999-99-99T99:99:99Z","to_timestamp":"never"}'],
  ['a million', '1'.repeat(1_000)],
  ['a BOM', '\ufeff{}'],
  ['a comment', '{} // x'],
  ['two values', '{}{}'],
  ['a list', '[]'],
  ['true', 'true'],
  ['a text', '"x"'],
];
const CHANGES = protectedRoutes.filter(({ method }) => method !== 'GET');

describe.each(CHANGES)('$method $template', (route) => {
  it('a body that means harm is a 400 in the envelope, or is not read', async () => {
    for (const [what, body] of BODIES) {
      running.service.answer(route.rpc, route.response);
      const answer = await running.send(route.method, route.path, { headers: JSON_TYPE, body });
      const told = [answer.status, answer.json()['success']];
      if (answer.status === route.status)
        expect(told, what).toEqual([route.status, route.bare ? undefined : true]);
      else expect(told, what).toEqual([answer.status === 404 ? 404 : 400, false]);
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(answer.text.length, what).toBeLessThan(2_000);
    }
  });

  it('nor does it change what others get', async () => {
    for (const [, body] of BODIES) await running.send(route.method, route.path, { headers: JSON_TYPE, body });
    expect(({} as Record<string, unknown>)['name']).toBeUndefined();
    running.service.refuse(route.rpc, status.NOT_FOUND, 'WORKSPACE_NOT_FOUND');
    const good = route.body === undefined ? {} : { headers: JSON_TYPE, body: JSON.stringify(route.body) };
    expect((await running.send(route.method, route.path, good)).status).toBe(404);
  });
});

it('a body of exactly 64 KiB is taken, one byte more is 413', async () => {
  running.service.refuse('createWorkspace', status.NOT_FOUND, 'WORKSPACE_NOT_FOUND');
  const body = (bytes: number) => `{"name":"a","more":"${'x'.repeat(bytes - 22)}"}`;
  const sent = (bytes: number) =>
    running.send('POST', '/workspace', { headers: JSON_TYPE, body: body(bytes) });
  expect(Buffer.byteLength(body(65_536))).toBe(65_536);
  expect((await sent(65_536)).status).toBe(404);
  const tooLarge = await sent(65_537);
  expect([tooLarge.status, tooLarge.json()]).toEqual([
    413,
    { success: false, message: 'The body is larger than 64 KiB', code: 'BODY_TOO_LARGE' },
  ]);
});

it.each([
  ['a path', '/workspace/', ''],
  ['a query', '/workspace?pageToken=', ''],
  ['a token', '/workspace', 'authorization'],
  ['another header', '/workspace', 'x-more'],
])('%s of 20 000 bytes is 431 in the envelope', async (_what, path, header) => {
  const long = 'x'.repeat(20_000);
  const sent = header === '' ? {} : { headers: { [header]: long } };
  const answer = await running.send('GET', header === '' ? path + long : path, sent);
  expect([answer.status, answer.json()['code'], answer.json()['success']]).toEqual([
    431,
    'HEADERS_TOO_LARGE',
    false,
  ]);
  expect(running.service.calls).toEqual([]);
});
