/** What earlier steps left behind: ids, by a name of their own. */
export type Memory = Record<string, string>;

export type User = 'ada' | 'ben' | 'new' | 'cyd' | 'nobody' | 'expired' | 'none';

/** One request as a client sends it, and what it must be answered. */
export interface Step {
  /** As the documents write it. */
  readonly route: string;
  readonly case: string;
  /** Whose token: see world.ts. */
  readonly as: User;
  /** What goes over the wire, when it is not the route with its ids. */
  readonly path?: (memory: Memory) => string;
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: (memory: Memory) => Readonly<Record<string, string>>;
  readonly status: number;
  /** The exact message of a refusal, where it is documented. */
  readonly message?: string;
  /** The whole body, where it is documented. */
  readonly exactly?: string;
  /** What the steps behind need. */
  readonly keep?: (body: Body, headers: Headers, memory: Memory) => void;
  /** Tried again until it is answered so: what the services do by themselves takes a moment. */
  readonly eventually?: true;
}

export type Body = Readonly<Record<string, unknown>>;

/** A field of an answer that must be a text, by its path. */
export function textIn(body: Body, ...path: string[]): string {
  let value: unknown = body;
  for (const name of path) value = (value as Record<string, unknown> | undefined)?.[name];
  if (typeof value !== 'string')
    throw new Error(`the answer has no ${path.join('.')}: ${JSON.stringify(body)}`);
  return value;
}

const UNVALIDATED = 'User not found or account is not validated';

/** A refused request whose message is documented. */
export const refused = (
  route: string,
  what: string,
  as: User,
  status: number,
  message: string,
  more: Partial<Step> = {},
): Step => ({ route, case: what, as, status, message, ...more });

export const unvalidated = (route: string, more: Partial<Step> = {}): Step =>
  refused(route, 'user not validated', 'new', 400, UNVALIDATED, more);
