import { firstConcurrency, nextConcurrency, type Concurrency } from '../concurrency.js';
import { isSlow, nextLatency, type Latency } from '../latency.js';

/** A store that works on `capacity` requests at once, each for 50 ms; others wait, or are refused when as many wait already. */
export interface Model {
  readonly clients: number;
  readonly ms: number;
  capacity(at: number): number;
  /** False: whoever comes waits. */
  readonly refuses?: boolean;
  begins?(client: number): number;
}

export interface Simulated {
  readonly answered: number;
  readonly refused: number;
  meanLimit(from: number, to: number): number;
}

const SERVICE_MS = 50;
const REFUSAL_MS = 2;
/** Before it asks again; its place stays taken. */
const BACKOFF_MS = 50;
const BOUNDS = { min: 1, max: 64 };

interface Client {
  concurrency: Concurrency;
  latency: Latency | undefined;
  inFlight: number;
  answered: number;
  refused: number;
  readonly limits: number[];
}
interface Request {
  readonly client: Client;
  readonly begunAt: number;
  endsAt: number;
  readonly isRefused: boolean;
}

/** In steps of a millisecond; each client asks as much as it may. */
export function simulate({ capacity, ms, refuses = true, begins = () => 0, ...model }: Model): Simulated[] {
  const clients = Array.from({ length: model.clients }, (): Client => {
    const concurrency = firstConcurrency(BOUNDS);
    return { concurrency, latency: undefined, inFlight: 0, answered: 0, refused: 0, limits: [] };
  });
  let working: Request[] = [];
  let backingOff: Request[] = [];
  const waiting: Request[] = [];

  const end = ({ client, begunAt, isRefused }: Request, at: number) => {
    const { inFlight } = client;
    if (isRefused) {
      client.refused += 1;
      backingOff.push({ client, begunAt, isRefused, endsAt: at + BACKOFF_MS });
    } else {
      client.inFlight -= 1;
      client.answered += 1;
      client.latency = nextLatency(client.latency, at - begunAt, at);
    }
    const slow = client.latency !== undefined && isSlow(client.latency);
    const signal = isRefused ? 'overloaded' : slow ? 'slow' : 'fine';
    client.concurrency = nextConcurrency(client.concurrency, { signal, begunAt, at, inFlight }, BOUNDS);
  };

  for (let at = 0; at < ms; at++) {
    const most = capacity(at);
    for (const request of working) if (request.endsAt <= at) end(request, at);
    working = working.filter(({ endsAt }) => endsAt > at);
    for (const { client, endsAt } of backingOff) if (endsAt <= at) client.inFlight -= 1;
    backingOff = backingOff.filter(({ endsAt }) => endsAt > at);
    // In turn, so that neither is always first.
    const order = at % 2 === 0 ? clients : [...clients].reverse();
    for (const client of order) {
      if (begins(clients.indexOf(client)) > at) continue;
      while (client.inFlight < Math.floor(client.concurrency.limit)) {
        client.inFlight += 1;
        const isRefused = refuses && waiting.length >= most / 2;
        const request = { client, begunAt: at, endsAt: isRefused ? at + REFUSAL_MS : Infinity, isRefused };
        (isRefused ? working : waiting).push(request);
      }
    }
    let busy = working.filter(({ isRefused }) => !isRefused).length;
    for (; busy < most && waiting.length > 0; busy++) {
      const next = waiting.shift() as Request;
      next.endsAt = at + SERVICE_MS;
      working.push(next);
    }
    for (const client of clients) client.limits.push(client.concurrency.limit);
  }
  return clients.map(({ answered, refused, limits }) => ({
    answered,
    refused,
    meanLimit: (from, to) => limits.slice(from, to).reduce((sum, limit) => sum + limit, 0) / (to - from),
  }));
}
