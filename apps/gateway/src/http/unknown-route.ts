import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { failure } from './error-mapping.js';

/** Answers what has no route before its body is read: 405 with Allow for a known path (OPTIONS asks for just that), else 404. */
export function answerUnknownRoutes(app: FastifyInstance): void {
  const routes: { readonly path: RegExp; readonly method: string }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    for (const one of [method].flat()) routes.push({ path: patternOf(url), method: one });
  });
  const answer = (request: FastifyRequest, reply: FastifyReply) => {
    const path = normalized(request.url);
    const allowed = new Set(routes.filter((route) => route.path.test(path)).map(({ method }) => method));
    if (allowed.size === 0) return reply.code(404).send(failure('ROUTE_NOT_FOUND', 'No such route'));
    const allow = [...allowed, 'OPTIONS'].sort().join(', ');
    if (request.method === 'OPTIONS') return reply.code(204).header('allow', allow).send();
    return reply
      .code(405)
      .header('allow', allow)
      .send(failure('METHOD_NOT_ALLOWED', `${request.method} is not allowed here, but ${allow}`));
  };
  app.addHook('onRequest', async (request, reply) => {
    if (request.is404) await answer(request, reply);
  });
  app.setNotFoundHandler(answer);
}

function patternOf(url: string): RegExp {
  const source = normalized(url)
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part === '*' ? '.*' : escaped(part)))
    .join('/');
  return new RegExp(`^${source}$`);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** As the router sees it: no query, no doubled slashes, none at the end. */
function normalized(url: string): string {
  const path = (url.split('?')[0] ?? '').replace(/\/{2,}/g, '/');
  return path.length > 1 ? path.replace(/\/$/, '') : path;
}
