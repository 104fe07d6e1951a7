import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { protectedRoutes, publicPaths } from '../testing/routes.js';
import { startGateway, type RunningGateway } from '../testing/running-gateway.js';

interface Operation {
  readonly operationId?: string;
  readonly description?: string;
  readonly security?: unknown;
  readonly responses: Record<string, { readonly description?: string; readonly content?: object }>;
}

let running: RunningGateway;
let document: { openapi: string; paths: Record<string, Record<string, Operation>>; components: object };
beforeAll(async () => {
  running = await startGateway();
  document = (
    await running.send('GET', '/openapi.json', { token: null })
  ).json() as unknown as typeof document;
});
afterAll(() => running.stop());

describe('/openapi.json', () => {
  it('is valid OpenAPI 3.1', async () => {
    expect(document.openapi).toBe('3.1.0');
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  it('lists every route and nothing else', () => {
    const listed = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const expected = [
      ...protectedRoutes.map(({ method, template }) => `${method} ${template.split('?')[0]}`),
      ...publicPaths.map((path) => `GET ${path}`),
    ];
    expect(listed.sort()).toEqual(expected.sort());
  });

  it('says of each protected operation that it needs a token, and how it fails', () => {
    for (const { method, template } of protectedRoutes) {
      const operation = document.paths[template]?.[method.toLowerCase()];
      expect(operation?.security, template).toEqual([{ bearer: [] }]);
      expect(operation?.operationId).toMatch(/^[a-z][A-Za-z]+$/);
      for (const status of ['401', '429', '500', '503']) {
        expect(operation?.responses[status]?.content, `${template} ${status}`).toEqual({
          'application/json': { schema: { $ref: '#/components/schemas/Error' } },
        });
      }
    }
  });

  it('answers 204 in one place, and says there why', () => {
    const found = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).filter(({ responses }) => '204' in responses),
    );
    expect(found.map(({ operationId }) => operationId)).toEqual(['watchDeletion']);
    expect(found[0]?.description).toMatch(/\b204\b[^]*the one exception/);
  });

  it('describes DELETE as documented', () => {
    const operation = document.paths['/workspace/{id}']?.['delete'];
    expect(Object.keys(operation?.responses ?? {})).toEqual(
      expect.arrayContaining(['200', '400', '401', '403', '404', '412', '500', '503']),
    );
  });
});

describe('/docs', () => {
  it('works under its own policy', async () => {
    const page = await running.send('GET', '/docs', { token: null });
    expect(page.status).toBe(200);
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    const sources = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, source]) => source ?? '');
    expect(sources.length).toBeGreaterThan(3);
    for (const source of [...sources, '/docs/json']) {
      const { pathname } = new URL(source, 'http://gateway.test/docs');
      expect((await running.send('GET', pathname, { token: null })).status, pathname).toBe(200);
    }
    expect(page.text).not.toMatch(/<script>|<style>| on[a-z]+=/);
  });
});

it('security headers are on every answer', async () => {
  for (const path of ['/workspace', '/nothing', '/healthz']) {
    const { headers } = await running.send('GET', path, { token: null });
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['content-security-policy']).toBe("default-src 'none';frame-ancestors 'none'");
  }
});
