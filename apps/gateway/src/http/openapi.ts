import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';

/** What an operation that needs a token says in its schema. */
export const BEARER: Record<string, readonly string[]>[] = [{ bearer: [] }];

const DESCRIPTION = `Deletes workspaces, completely and provably.

Every error is \`{"success":false,"message":…,"code":…}\`: the message for people, the code for programs. Every answer carries
\`X-Request-Id\`; send one of your own to follow a request through the logs.`;

/** The page needs its own scripts and styles, and nothing of anybody else. */
const DOCS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Collects the schemas of every route registered after it into OpenAPI 3.1, shown at /docs. */
export async function describeRoutes(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Lethe', version: '0.1.0', description: DESCRIPTION },
      tags: [
        { name: 'workspaces', description: 'Life and death of workspaces' },
        { name: 'deletions', description: 'What becomes of a deleted workspace' },
        { name: 'members', description: 'Who has access to a workspace' },
        { name: 'users', description: 'The users of an organization' },
        { name: 'audit', description: 'Who changed what' },
        { name: 'resources', description: 'Buckets and repositories, as far as clearing a workspace needs' },
        { name: 'operations', description: 'For those who run this service' },
      ],
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: DOCS_POLICY });
}
