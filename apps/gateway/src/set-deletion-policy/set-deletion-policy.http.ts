import { PurgeMode } from '@lethe/contracts';
import { z } from 'zod';
import { deletionPolicy, toDeletionPolicy } from '../policy/deletion-policy.js';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { BEARER } from '../http/openapi.js';
import type { HttpRoute } from '../http/server.js';

const MODES = { automatic: PurgeMode.AUTOMATIC, manual: PurgeMode.MANUAL } as const;

/** Every field, of its own type, and no other one: a blank, a default or a typing error arms no deletion. */
const wholePolicy = z.strictObject(deletionPolicy.shape, {
  error: (issue) =>
    issue.code === 'unrecognized_keys' ? `has a field that no policy has${named(issue.keys)}` : undefined,
});

export const setDeletionPolicy: HttpRoute = (app, workspaces) => {
  app.put(
    '/organization/deletion-policy',
    {
      config: {
        wording: {
          failed: 'Failed to update deletion policy',
          reasons: {
            INSUFFICIENT_PERMISSIONS: { message: 'Insufficient permissions to update the deletion policy' },
          },
        },
      },
      schema: {
        operationId: 'setDeletionPolicy',
        summary: 'Set when workspaces that are deleted from now on are purged; every field is required',
        tags: ['deletions'],
        security: BEARER,
        body: wholePolicy,
        response: responses(
          200,
          'The policy from now on',
          z.object({ ...success, policy: deletionPolicy }),
          [400, 401, 403, 413, 415],
        ),
      },
    },
    async (request) => {
      const { body } = request;
      const { policy } = await workspaces.unary(
        (client) => client.setDeletionPolicy,
        { caller: callerOf(request), policy: { ...body, purgeMode: MODES[body.purgeMode] } },
        { requestId: request.id },
      );
      return { success: true as const, policy: toDeletionPolicy(policy) };
    },
  );
};

/** A key that could be a field's name is told; anything else may be what it should not be. */
function named(keys: unknown): string {
  const [key] = Array.isArray(keys) ? (keys as unknown[]) : [];
  return typeof key === 'string' && /^[A-Za-z][\w-]{0,63}$/.test(key) ? `: ${key}` : '';
}
