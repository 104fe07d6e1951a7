import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import type { WorkspaceServiceClient } from '@lethe/contracts';
import type { GrpcCaller } from '@lethe/service';
import type { Logger, Metrics } from '@lethe/telemetry';
import { fastify, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { rateLimitKey } from './authentication.js';
import { answerBrokenRequest } from './broken-request.js';
import { answerErrors } from './error-handler.js';
import type { Wording } from './error-mapping.js';
import { acceptJsonBodies, BODY_LIMIT_BYTES } from './json-body.js';
import { lenientUrl } from './lenient-url.js';
import { describeRoutes } from './openapi.js';
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
  readonly rateLimitPerMinute: number;
}

/** As long as headers may be: a longer parameter never arrives, and a shorter one is an id like any other. */
const MAX_PARAM_LENGTH = 16 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;

/** A server that knows no operation yet, and answers everything that is not one in the envelope. */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { logger, metrics, rateLimitPerMinute } = options;
  const app = fastify({
    logger: false, // it would log paths and headers
    genReqId: requestIdOf,
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
  answerUnknownRoutes(app);
  acceptJsonBodies(app);
  await app.register(rateLimit, {
    max: rateLimitPerMinute,
    timeWindow: 60_000,
    hook: 'preParsing', // after authentication, which makes the key
    keyGenerator: rateLimitKey,
    errorResponseBuilder: (_request, { after, statusCode }) =>
      Object.assign(new Error(`Too many requests, try again in ${after}`), { statusCode }),
  });
  await describeRoutes(app);
  return app;
}
