import { setTimeout as sleep } from 'node:timers/promises';
import { slowDown, type Fault, type FaultProxy, type S3Request } from './fault-proxy.js';

/** A way in which stores go wrong. Each may hit any request; `key errors` deletions only. */
export type Trouble =
  | 'slow down'
  | 'key errors'
  | 'empty answers'
  | 'cut-off answers'
  | 'timeouts after the effect'
  | 'resets'
  | 'latency';

export const TROUBLES: readonly Trouble[] = [
  'slow down',
  'key errors',
  'empty answers',
  'cut-off answers',
  'timeouts after the effect',
  'resets',
  'latency',
];

export interface TroubleOptions {
  /** Of the requests that it may hit, from 0 to 1. */
  readonly rate: number;
  /** The same seed makes the same requests fail, where they come in the same order. */
  readonly seed: number;
  /** After so many the store is well. */
  readonly most?: number;
  readonly latencyMs?: number;
}

/** Makes the endpoint go wrong at a rate. Answers how often it did so far. */
export function makeTrouble(proxy: FaultProxy, trouble: Trouble, options: TroubleOptions): () => number {
  const { rate, most = Infinity, latencyMs = 30 } = options;
  const random = seeded(options.seed);
  let times = 0;
  proxy.fault = async (request) => {
    if (times >= most || (trouble === 'key errors' && request.operation !== 'DeleteObjects'))
      return undefined;
    if (random() >= rate) return undefined;
    times += 1;
    if (trouble !== 'latency') return faultOf(trouble, request, random);
    await sleep(latencyMs * (0.5 + random()));
    return undefined;
  };
  return () => times;
}

function faultOf(trouble: Exclude<Trouble, 'latency'>, { body }: S3Request, random: () => number): Fault {
  switch (trouble) {
    case 'slow down':
      return slowDown;
    case 'key errors':
      return { kind: 'answer', status: 200, body: someKeysFailed(body, random) };
    case 'empty answers':
      return { kind: 'rewrite', rewrite: () => '' };
    case 'cut-off answers':
      return { kind: 'rewrite', rewrite: (whole) => whole.slice(0, whole.length * random()) };
    case 'timeouts after the effect':
      return { kind: 'hang', when: 'after' };
    case 'resets':
      return { kind: 'reset', when: random() < 0.5 ? 'before' : 'after' };
  }
}

/** Nothing was deleted: of some keys it says so, of the others it lies. */
function someKeysFailed(body: string, random: () => number): string {
  const keys = [...body.matchAll(/<Key>[^<]*<\/Key>/g)].map(([key]) => key);
  const said = keys.map((key) =>
    random() < 0.5 ? `<Error>${key}<Code>InternalError</Code></Error>` : `<Deleted>${key}</Deleted>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?><DeleteResult>${said.join('')}</DeleteResult>`;
}

/** Numbers of [0, 1) that look random and are the same in each run: a counter, its bits stirred. */
export function seeded(seed: number): () => number {
  let counter = seed >>> 0;
  return () => {
    counter = (counter + 0x9e3779b9) >>> 0;
    let bits = counter;
    bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
  };
}
