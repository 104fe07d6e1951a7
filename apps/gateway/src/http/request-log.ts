import { performance } from 'node:perf_hooks';
import type { Logger, Metrics } from '@lethe/telemetry';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Histogram } from 'prom-client';

/** One log line and one observation for each answer: the route's pattern, never the path, which carries ids. */
export function logAnswers(app: FastifyInstance, logger: Logger, metrics: Metrics): void {
  const seconds = new Histogram({
    name: 'lethe_http_request_seconds',
    help: 'Duration of an answer',
    labelNames: ['method', 'route', 'status'],
    registers: [metrics.registry],
  });
  const begun = new WeakMap<FastifyRequest, number>();
  app.addHook('onRequest', (request, reply, done) => {
    begun.set(request, performance.now());
    reply.header('x-request-id', request.id).header('cache-control', 'no-store');
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const durationMs = performance.now() - (begun.get(request) ?? performance.now());
    const route = request.routeOptions.url ?? 'none';
    const { method } = request;
    seconds.observe({ method, route, status: reply.statusCode }, durationMs / 1000);
    const about = { requestId: request.id, method, route, status: reply.statusCode };
    const level = request.routeOptions.config.quiet === true ? 'debug' : 'info';
    logger[level]({ ...about, durationMs: Math.round(durationMs * 10) / 10 }, 'answered');
    done();
  });
}
