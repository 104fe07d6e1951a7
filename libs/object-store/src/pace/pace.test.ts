import { afterEach, describe, expect, it } from 'vitest';
import { createPace, type Pace, type PaceOptions, type Request } from './pace.js';
import { StoreAwayError } from './store-away-error.js';

let pace: Pace;
afterEach(() => {
  pace.close();
});

/** Hardly waits, and its probe fails until it is told otherwise. */
function hasty(over: Partial<PaceOptions> = {}) {
  const world = { back: false, probes: 0 };
  pace = createPace({
    store: 'primary',
    maxInFlight: 32,
    attemptMs: 5_000,
    ...{ backoffMs: 0.1, mostBackoffMs: 1, probeMs: 1, mostProbeMs: 2 },
    probe: () => {
      world.probes += 1;
      return world.back ? Promise.resolve() : Promise.reject(line('ECONNREFUSED'));
    },
    ...over,
  });
  return world;
}
const line = (code: string) => Object.assign(new Error(code), { code });
const answered = (httpStatusCode: number, name: string) =>
  Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });
const asking = <T>(attempt: Request<T>['attempt']): Request<T> => ({
  kind: 'List',
  attempt,
  itemsOf: () => 1,
});
/** Fails like this so many times, then answers; says how often it was sent. */
function failing(error: Error, times: number) {
  let sent = 0;
  const request = asking(() => (++sent > times ? Promise.resolve(sent) : Promise.reject(error)));
  return { request, sent: () => sent };
}
const outageNow = () => pace.outage;
/** Sends until the breaker opens. */
async function takeAway(): Promise<void> {
  const gone = asking(() => Promise.reject(line('ECONNREFUSED')));
  while (!pace.outage) await pace.run(gone).catch(() => undefined);
}
/** Under way until it is let go. */
function held() {
  let end: () => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  let begun: () => void = () => undefined;
  const started = new Promise<void>((resolve) => (begun = resolve));
  const request = asking(
    (signal) =>
      new Promise<void>((resolve, reject) => {
        [end, fail] = [resolve, reject];
        signal.addEventListener('abort', () => reject(signal.reason as Error));
        begun();
      }),
  );
  return { request, started, end: () => end(), fail: (error: Error) => fail(error) };
}

describe('a request', () => {
  it.each([
    ['is lost', line('ECONNRESET'), 2],
    ['is answered with nonsense', new SyntaxError('no XML'), 2],
    ['is told to come later', answered(503, 'SlowDown'), 8],
  ])('is sent again when it %s', async (_, error, times) => {
    hasty();
    const { request, sent } = failing(error, times);
    expect(await pace.run(request)).toBe(times + 1);
    expect(sent()).toBe(times + 1);
  });

  it('is lost for good after its third attempt', async () => {
    hasty();
    const { request, sent } = failing(line('ECONNRESET'), 3);
    await expect(pace.run(request)).rejects.toThrow('ECONNRESET');
    expect(sent()).toBe(3);
  });

  it('that was refused is not sent again, and says nothing against the store', async () => {
    hasty();
    for (let n = 0; n < 100; n++) {
      const { request, sent } = failing(answered(403, 'AccessDenied'), 1);
      await expect(pace.run(request)).rejects.toThrow('AccessDenied');
      expect(sent()).toBe(1);
    }
    expect(pace.outage).toBeUndefined();
  });

  it('ends with its time, and that counts as no answer', async () => {
    hasty({ attemptMs: 5 });
    await expect(pace.run(held().request)).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(pace.gauges.limit).toBeLessThan(8);
  });

  it('is not sent again once it is no longer wanted, nor after the close', async () => {
    hasty({ backoffMs: 60_000, mostBackoffMs: 60_000, random: () => 0.5 });
    for (const end of ['abort', 'close'] as const) {
      const unwanted = new AbortController();
      const { request, sent } = failing(answered(503, 'SlowDown'), 9);
      const ended = expect(pace.run(request, unwanted.signal)).rejects.toThrow(/lost|closed/);
      // By then it waits to be sent again.
      await new Promise(setImmediate);
      expect(sent()).toBe(1);
      if (end === 'abort') unwanted.abort(new Error('lost'));
      else pace.close();
      await ended;
      expect(sent()).toBe(1);
    }
    await expect(pace.run(failing(line('x'), 0).request)).rejects.toThrow('closed');
  });

  it('costs no retry where the budget is empty: many that fail are hardly sent more often than once', async () => {
    hasty({ now: () => 0 });
    let sent = 0;
    const requests = Array.from({ length: 400 }, async (_, n) => {
      // Every other one is answered: the store is not away.
      const request = asking(() => {
        sent += 1;
        return n % 2 ? Promise.resolve() : Promise.reject(answered(500, 'InternalError'));
      });
      await pace.run(request).catch(() => undefined);
    });
    await Promise.all(requests);
    expect(sent).toBeGreaterThan(400);
    expect(sent).toBeLessThanOrEqual(400 + 10 + 40);
  });
});

describe('the room', () => {
  it('is bounded, and those who wait leave when they are no longer wanted', async () => {
    hasty({ maxInFlight: 2 });
    const [a, b] = [held(), held()];
    const under = [pace.run(a.request), pace.run(b.request)];
    await Promise.all([a.started, b.started]);
    const unwanted = new AbortController();
    const third = pace.run(held().request, unwanted.signal);
    expect(pace.gauges).toMatchObject({ inFlight: 2, waiting: 1, limit: 2, breaker: 'closed' });
    unwanted.abort(new Error('lost'));
    await expect(third).rejects.toThrow('lost');
    a.end();
    b.end();
    await Promise.all(under);
    expect(pace.gauges).toMatchObject({ inFlight: 0, waiting: 0 });
  });

  it('shrinks when the store is busy', async () => {
    hasty();
    await pace.run(failing(answered(503, 'SlowDown'), 1).request);
    expect(pace.gauges.limit).toBe(4);
  });
});

describe('a store that is away', () => {
  it('is named with its code and since when, and nothing more is sent', async () => {
    hasty({ probeMs: 60_000, mostProbeMs: 60_000 });
    const before = Date.now();
    await takeAway();
    expect(pace.outage).toMatchObject({ store: 'primary', code: 'ECONNREFUSED', since: expect.any(Date) });
    expect(pace.outage!.since.getTime()).toBeGreaterThanOrEqual(before - 1);
    const { request, sent } = failing(line('x'), 0);
    const error = await pace.run(request).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(StoreAwayError);
    expect((error as Error).message).toMatch(/^primary: StoreAway since \d{4}-\S+Z, ECONNREFUSED$/);
    expect(sent()).toBe(0);
  });

  it('lets go of all who wait: for room, and to be sent again', async () => {
    let at = 0;
    const long = { backoffMs: 60_000, mostBackoffMs: 60_000, probeMs: 60_000, mostProbeMs: 60_000 };
    hasty({ ...long, attemptMs: 60_000, maxInFlight: 4, now: () => at, random: () => 0.5 });
    const patient = failing(answered(503, 'SlowDown'), 9);
    const [b, c, d, waiting] = [held(), held(), held(), held()];
    const works = [patient, b, c, d, waiting].map(({ request }) => pace.run<unknown>(request));
    const away = works.map((work) =>
      work.then(
        () => undefined,
        (error: unknown) => error,
      ),
    );
    await Promise.all([b.started, c.started, d.started]);
    expect(pace.gauges).toMatchObject({ inFlight: 4, waiting: 1 });
    at = 31_000;
    for (const each of [b, c]) each.fail(line('ECONNRESET'));
    for (const n of [0, 1, 2, 4]) expect(await away[n]).toBeInstanceOf(StoreAwayError);
    expect(patient.sent()).toBe(1);
    // What is under way may end as it likes.
    d.end();
    expect(await away[3]).toBeUndefined();
    expect(pace.gauges).toMatchObject({ inFlight: 0, waiting: 0, breaker: 'open' });
  });

  it('is asked again when a probe succeeds: with one request at first', async () => {
    const world = hasty();
    await takeAway();
    world.back = true;
    while (pace.outage) await new Promise(setImmediate);
    expect(world.probes).toBeGreaterThan(0);
    expect(pace.gauges).toMatchObject({ limit: 1, breaker: 'closed' });
    expect(await pace.run(failing(line('x'), 0).request)).toBe(1);
  });

  it('keeps its time when it comes back for a probe only', async () => {
    const world = hasty();
    await takeAway();
    const since = pace.outage?.since;
    expect(since).toBeDefined();
    world.back = true;
    while (pace.outage) await new Promise(setImmediate);
    world.back = false;
    await takeAway();
    expect(outageNow()?.since).toEqual(since);
  });
});
