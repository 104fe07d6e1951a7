import type { Logger } from '@lethe/telemetry';
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import { failure, httpErrorOf, unavailable, type HttpError, type Wording } from './error-mapping.js';
import { TooManyRequestsError } from './rate-limits.js';
import { InvalidTokenError, KeysUnavailableError } from './token-verifier.js';

const UNDOCUMENTED: Wording = { failed: 'Internal error' };
const MAX_ISSUES = 5;

/** Everything that is thrown while a request is answered leaves in the envelope; what nobody expected is logged. */
export function answerErrors(app: FastifyInstance, logger: Logger): void {
  app.setErrorHandler((error, request, reply) => {
    const { status, body, headers = {} } = errorOf(error, request);
    const about = { requestId: request.id, route: request.routeOptions.url, status, code: body.code };
    if (status === 503) logger.warn(about, 'answered as unavailable');
    else if (status >= 500) logger.error({ ...about, err: error }, 'request failed');
    return reply
      .code(status)
      .headers({ 'cache-control': 'no-store', ...headers })
      .send(body);
  });
}

function errorOf(error: unknown, request: FastifyRequest): HttpError {
  if (error instanceof InvalidTokenError) return unauthenticated(request);
  if (error instanceof KeysUnavailableError)
    return unavailable('Tokens cannot be verified at the moment, try again soon');
  if (error instanceof TooManyRequestsError) return tooManyRequests(error);
  if (isFastifyError(error) && error.validation !== undefined)
    return { status: 400, body: failure('INVALID_ARGUMENT', describeIssues(error)) };
  if (isFastifyError(error) && error.statusCode !== undefined && error.statusCode < 500)
    return { status: error.statusCode, body: failure(codeOf(error.statusCode), sentenceOf(error)) };
  return httpErrorOf(error, request.routeOptions.config.wording ?? UNDOCUMENTED);
}

/** RFC 6750, section 3: without a token the scheme alone, with one that does not hold `invalid_token`. */
function unauthenticated(request: FastifyRequest): HttpError {
  const challenge = request.headers.authorization === undefined ? 'Bearer' : 'Bearer error="invalid_token"';
  return {
    status: 401,
    body: failure('UNAUTHENTICATED', 'Send a valid token as "Authorization: Bearer <token>"'),
    headers: { 'www-authenticate': challenge },
  };
}

const WHOSE = { address: 'from this address', user: 'by this user', organization: 'by this organization' };

function tooManyRequests({ scope, retryAfterSeconds }: TooManyRequestsError): HttpError {
  const message = `Too many requests ${WHOSE[scope]}, try again in ${retryAfterSeconds} s`;
  return {
    status: 429,
    body: { ...failure('TOO_MANY_REQUESTS', message), limit: scope },
    headers: { 'retry-after': String(retryAfterSeconds) },
  };
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && ('validation' in error || 'statusCode' in error);
}

/** Which field is wrong and how. Never the value: it may be a name. */
function describeIssues({ validation = [], validationContext }: FastifyError): string {
  const sentences = validation.slice(0, MAX_ISSUES).map(({ instancePath, message = 'is wrong' }) => {
    const field = instancePath.split('/').filter(Boolean).join('.');
    return `${[validationContext ?? 'request', field].filter(Boolean).join('.')}: ${message}`;
  });
  return sentences.join('; ');
}

function codeOf(status: number): string {
  switch (status) {
    case 413:
      return 'BODY_TOO_LARGE';
    case 415:
      return 'UNSUPPORTED_MEDIA_TYPE';
    default:
      return 'BAD_REQUEST';
  }
}

function sentenceOf({ statusCode, message }: FastifyError): string {
  switch (statusCode) {
    case 413:
      return 'The body is larger than 64 KiB';
    case 415:
      return 'Send the body as application/json';
    default:
      return message;
  }
}
