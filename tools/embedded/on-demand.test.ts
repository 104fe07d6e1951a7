import { afterEach, expect, test } from 'vitest';
import { MissingPiece } from './missing-piece.js';
import { serveOnDemand, type OnDemand } from './on-demand.js';

let open: OnDemand | undefined;
afterEach(() => open?.close());

test('starts once for all who ask, and not before', async () => {
  const events: string[] = [];
  open = await serveOnDemand(() => {
    events.push('started');
    return Promise.resolve({
      env: { ADDRESS: 'here' },
      stop: () => Promise.resolve(void events.push('stopped')),
    });
  });
  expect(events).toEqual([]);
  const answers = await Promise.all([fetch(open.url), fetch(open.url)]);
  for (const answer of answers) expect(await answer.json()).toEqual({ ADDRESS: 'here' });
  await open.close();
  expect(events).toEqual(['started', 'stopped']);
});

test('says to each why it could not be started', async () => {
  let tries = 0;
  open = await serveOnDemand(() => {
    tries++;
    return Promise.reject(new MissingPiece('This machine has none: get one.'));
  });
  for (let i = 0; i < 2; i++) {
    const answer = await fetch(open.url);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toBe('This machine has none: get one.');
  }
  expect(tries).toBe(1);
});

test('tells nobody who does not know the address', async () => {
  open = await serveOnDemand(() => Promise.reject(new Error('asked for')));
  expect((await fetch(new URL('/', open.url))).status).toBe(404);
});

test('has nothing to stop when nobody asked', async () => {
  open = await serveOnDemand(() => Promise.reject(new Error('asked for')));
  await open.close();
  await expect(fetch(open.url)).rejects.toThrow();
});
