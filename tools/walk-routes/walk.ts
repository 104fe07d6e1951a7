import { setTimeout as pause } from 'node:timers/promises';
import type { Pool } from '@lethe/postgres';
import type { System } from '../system/system.js';
import { seedOrganization } from '../system/world.js';
import { deletionSteps } from './deletion-steps.js';
import { organizationSteps } from './organization-steps.js';
import type { Body, Memory, Step, User } from './step.js';
import { workspaceSteps } from './workspace-steps.js';

export const STEPS: readonly Step[] = [...workspaceSteps, ...deletionSteps, ...organizationSteps];

/** What a step was answered; `fault` says how that differs from what is documented. */
export interface Walked {
  readonly step: Step;
  readonly status: number;
  readonly message: string;
  readonly fault: string | undefined;
}

const PATIENCE_MS = 60_000;
const AGAIN_MS = 250;

/** The users of the walk: ada is OWNER of walk, ben its USER, new not validated; cyd is OWNER elsewhere; nobody has no account. */
export async function seedWalk(workspaces: Pool): Promise<void> {
  await seedOrganization(workspaces, 'walk', undefined, [
    { userId: 'ada', orgRole: 255 },
    { userId: 'ben', orgRole: 0 },
    { userId: 'new', orgRole: 255, validated: false },
  ]);
  await seedOrganization(workspaces, 'walk2', undefined, [{ userId: 'cyd', orgRole: 255 }]);
}

/** Walks every route as a client would, one step after the other; each is told as soon as it is answered. */
export async function* walkRoutes({
  gatewayUrl,
  issuer,
}: Pick<System, 'gatewayUrl' | 'issuer'>): AsyncGenerator<Walked> {
  const memory: Memory = {};
  const token = async (user: User) =>
    user === 'expired' ? issuer.tokenFor('ada', '-1h') : user === 'none' ? undefined : issuer.tokenFor(user);
  for (const step of STEPS) {
    const bearer = await token(step.as);
    const until = Date.now() + PATIENCE_MS;
    let walked = await take(gatewayUrl, step, bearer, memory);
    while (step.eventually && walked.fault !== undefined && Date.now() < until) {
      await pause(AGAIN_MS);
      walked = await take(gatewayUrl, step, bearer, memory);
    }
    yield walked;
  }
}

async function take(url: string, step: Step, token: string | undefined, memory: Memory): Promise<Walked> {
  const [method = 'GET', path = '/'] = step.route.split(' ');
  const aborted = new AbortController();
  const response = await fetch(url + (step.path?.(memory) ?? path), {
    method: step.method ?? method,
    headers: {
      accept: '*/*',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(step.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...step.headers?.(memory),
    },
    body: step.body === undefined ? null : bodyOf(step.body, memory),
    signal: aborted.signal,
  });
  const { status, headers } = response;
  const stream = headers.get('content-type')?.startsWith('text/event-stream') === true;
  const text = stream ? '' : await response.text();
  aborted.abort();
  const page = headers.get('content-type')?.startsWith('text/html') === true;
  const body = (text === '' || page ? {} : JSON.parse(text)) as Body;
  const message = typeof body['message'] === 'string' ? body['message'] : '';
  const fault = faultOf(step, status, message, text);
  if (fault === undefined) step.keep?.(body, headers, memory);
  return { step, status, message, fault };
}

/** `$name` stands for what was kept under it. */
function bodyOf(body: unknown, memory: Memory): string {
  if (typeof body === 'string') return body;
  return JSON.stringify(body).replace(/"\$(\w+)"/g, (_, name: string) => JSON.stringify(memory[name] ?? ''));
}

function faultOf(step: Step, status: number, message: string, text: string): string | undefined {
  if (status !== step.status) return `expected ${step.status}`;
  if (step.message !== undefined && message !== step.message) return `expected "${step.message}"`;
  if (step.exactly !== undefined && text !== step.exactly)
    return `expected exactly ${step.exactly}, not ${text}`;
  return undefined;
}
