import { z } from 'zod';

/** What every answer that is no success looks like. `success` and `message` are the documented contract, the rest is additive. */
export const errorEnvelope = z
  .object({
    success: z.literal(false),
    message: z.string().describe('What went wrong, for people'),
    code: z.string().describe('The same for programs: stable, UPPER_SNAKE_CASE'),
    blockers: z
      .object({ buckets: z.int().optional(), repositories: z.int().optional(), holds: z.int().optional() })
      .optional()
      .describe('How many live resources, or holds in force, keep the workspace from being deleted'),
    deletion: z
      .object({
        deletionId: z.string().optional(),
        deleteTime: z.string().optional(),
        purgeTime: z.string().optional(),
        restorable: z.boolean(),
      })
      .optional()
      .describe('The deletion that already happened, to callers who may know of it'),
    limit: z
      .enum(['address', 'user', 'organization'])
      .optional()
      .describe('Of whom there were too many requests'),
  })
  .meta({ id: 'Error' });

export type ErrorEnvelope = z.output<typeof errorEnvelope>;

export const success = { success: z.literal(true) };

const MEANINGS = {
  400: 'The request, its caller or the state of the workspace does not allow it',
  401: 'No valid token',
  403: 'Insufficient permissions',
  404: 'Not found',
  409: 'Conflicts with the state of the workspace',
  412: 'The etag of If-Match is not the current one',
  413: 'The body is larger than 64 KiB',
  415: 'The body is not application/json',
  422: 'The Idempotency-Key was used for another request',
  429: 'Too many requests; see Retry-After',
  500: 'Unexpected failure',
  503: 'Temporarily unavailable; see Retry-After',
} as const;

type ErrorStatus = keyof typeof MEANINGS;

const EVERYWHERE = [429, 500, 503] as const;

/**
 * The `responses` of an operation: its success, the refusals it names, and those that may meet every operation that asks another
 * service. One that asks none says so by `everywhere`.
 */
export function responses<const Status extends 200 | 201, Schema extends z.ZodType>(
  status: Status,
  description: string,
  schema: Schema,
  refusals: readonly ErrorStatus[],
  everywhere: readonly ErrorStatus[] = EVERYWHERE,
): Record<Status, ReturnType<typeof json<Schema>>> & Record<number, ReturnType<typeof json>> {
  const entries = [...refusals, ...everywhere].map(
    (refusal) => [refusal, json(MEANINGS[refusal], errorEnvelope)] as const,
  );
  return { ...Object.fromEntries(entries), [status]: json(description, schema) } as ReturnType<
    typeof responses<Status, Schema>
  >;
}

function json<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { 'application/json': { schema } } };
}
