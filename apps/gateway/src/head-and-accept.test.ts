import type { IncomingHttpHeaders } from 'node:http';
import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGateway, type Answer, type RunningGateway } from './testing/running-gateway.js';
import { goodRequest, protectedRoutes, publicPaths } from './testing/routes.js';

let running: RunningGateway;
beforeAll(async () => {
  running = await startGateway();
});
afterAll(() => running.stop());
beforeEach(() => {
  running.service.reset();
});

const getRoutes = protectedRoutes.filter(({ method }) => method === 'GET');

/** What may differ between two answers to the same request. */
function lasting({ status: code, headers }: Answer): [number, IncomingHttpHeaders] {
  const {
    date: _date,
    'x-request-id': _id,
    connection: _connection,
    'keep-alive': _alive,
    ...rest
  } = headers;
  return [code, rest];
}

describe('HEAD', () => {
  it.each(getRoutes)('of $template is GET without its body', async (route) => {
    running.service.answer(route.rpc, route.response);
    const head = await running.send('HEAD', route.path);
    const got = await running.send('GET', route.path);
    expect(head.text).toBe('');
    const [code, { 'transfer-encoding': _streamed, ...headers }] = lasting(got);
    const [headCode, { 'transfer-encoding': _alsoStreamed, ...headHeaders }] = lasting(head);
    expect([headCode, headHeaders]).toEqual([code, headers]);
    expect(got.status).toBe(200);
  });

  it.each(getRoutes)('of $template fails as GET does', async (route) => {
    for (const refusal of [status.NOT_FOUND, status.PERMISSION_DENIED, status.INTERNAL, status.UNAVAILABLE]) {
      running.service.refuse(route.rpc, refusal, 'INSUFFICIENT_PERMISSIONS');
      const head = await running.send('HEAD', route.path);
      expect(head.text).toBe('');
      expect(lasting(head)).toEqual(lasting(await running.send('GET', route.path)));
    }
    const head = await running.send('HEAD', route.path, { token: 'forged' });
    expect(lasting(head)).toEqual(lasting(await running.send('GET', route.path, { token: 'forged' })));
    expect([head.status, head.text]).toEqual([401, '']);
  });

  it.each([...publicPaths, '/nothing'])('of %s', async (path) => {
    running.service.answer('listCertificateKeys', { jwksJson: '{"keys":[]}' });
    const head = await running.send('HEAD', path, { token: null });
    expect([head.text, ...lasting(head)]).toEqual([
      '',
      ...lasting(await running.send('GET', path, { token: null })),
    ]);
  });
});

/** Those that are answered as pages too: signed/signed-page.test.ts. */
const PAGES = ['getDeletionCertificate', 'getDeletionStatement'];

describe('accept', () => {
  it('of HTML gets JSON from whatever is no document to be read', async () => {
    for (const route of protectedRoutes.filter(({ rpc }) => !PAGES.includes(rpc))) {
      running.service.answer(route.rpc, route.response);
      const { headers, ...rest } = goodRequest(route);
      const answer = await running.send(route.method, route.path, {
        ...rest,
        headers: { ...headers, accept: 'text/html, application/xml;q=0.9' },
      });
      expect([answer.status, answer.headers['content-type']], route.template).toEqual([
        route.status,
        route.contentType,
      ]);
    }
  });

  it.each(['*/*', 'application/json', 'image/png', 'application/problem+json', 'nonsense', ''])(
    '%j gets JSON, as everybody does',
    async (accept) => {
      for (const route of protectedRoutes) {
        running.service.answer(route.rpc, route.response);
        const { headers, ...rest } = goodRequest(route);
        const answer = await running.send(route.method, route.path, {
          ...rest,
          headers: { ...headers, accept },
        });
        expect([answer.status, answer.headers['content-type']], route.template).toEqual([
          route.status,
          route.contentType,
        ]);
        running.service.refuse(route.rpc, status.NOT_FOUND, 'WORKSPACE_NOT_FOUND');
        const refused = await running.send(route.method, route.path, {
          ...rest,
          headers: { ...headers, accept },
        });
        expect([refused.status, refused.headers['content-type']], route.template).toEqual([
          404,
          'application/json; charset=utf-8',
        ]);
      }
    },
  );
});
