import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import helmet from '@fastify/helmet';
import type { WorkspaceServiceClient } from '@lethe/contracts';
import type { GrpcCaller } from '@lethe/service';
import type { Logger, Metrics } from '@lethe/telemetry';
import { fastify, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { answerBrokenRequest } from './broken-request.js';
import { allowOrigins } from './cors.js';
import { answerErrors } from './error-handler.js';
import type { Wording } from './error-mapping.js';
import { acceptJsonBodies, BODY_LIMIT_BYTES } from './json-body.js';
import { lenientUrl } from './lenient-url.js';
import { describeRoutes } from './openapi.js';
import { createRateLimiters, type RateLimiters, type RateLimits } from './rate-limits.js';
import { requestIdOf } from './request-id.js';
import { logAnswers } from './request-log.js';
import { answerUnknownRoutes } from './unknown-route.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** How this operation says what went wrong. */
    wording?: Wording;
    /** Asked by machines all day: its answers are logged at debug only. */
    quiet?: boolean;
  }
}

export type HttpServer = FastifyInstance<
  Server,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** One operation over HTTP: decodes, calls, encodes. */
export type HttpRoute = (app: HttpServer, workspaces: GrpcCaller<WorkspaceServiceClient>) => void;

export interface HttpServerOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly limits: RateLimits;
  /** Whose pages may read the answers; `*`: everybody's. */
  readonly origins: readonly string[];
  /** Addresses and networks whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
}

export interface BuiltServer {
  readonly app: HttpServer;
  readonly limiters: RateLimiters;
}

/** As long as headers may be: a longer parameter never arrives, and a shorter one is an id like any other. */
const MAX_PARAM_LENGTH = 16 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;

/** A server that knows no operation yet, and answers everything that is not one in the envelope. */
export async function createHttpServer(options: HttpServerOptions): Promise<BuiltServer> {
  const { logger, metrics, limits, origins, trustedProxies } = options;
  const app = fastify({
    logger: false, // it would log paths and headers
    genReqId: requestIdOf,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    return503OnClosing: false, // what still arrives while stopping is answered, not turned away
    rewriteUrl: lenientUrl,
    clientErrorHandler: answerBrokenRequest,
    routerOptions: {
      ignoreTrailingSlash: true,
      ignoreDuplicateSlashes: true,
      maxParamLength: MAX_PARAM_LENGTH,
    },
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  logAnswers(app, logger, metrics);
  answerErrors(app, logger);
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
  });
  await allowOrigins(app, origins);
  const limiters = await createRateLimiters(app, limits);
  app.addHook('onRequest', limiters.ofAddress);
  answerUnknownRoutes(app);
  acceptJsonBodies(app);
  await describeRoutes(app);
  return { app, limiters };
}
