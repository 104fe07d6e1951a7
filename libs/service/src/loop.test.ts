import { createLogger, createMetrics } from '@lethe/telemetry';
import { describe, expect, it } from 'vitest';
import { createLoop } from './loop.js';

const logger = createLogger('test', 'silent');
const metrics = createMetrics('test');

describe('a loop', () => {
  it('runs once more when woken during a run, and goes on after a failure', async () => {
    let runs = 0;
    let done: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => (done = resolve));
    const loop = createLoop({
      name: 'loop',
      intervalMs: 3_600_000,
      runOnce: () => {
        runs += 1;
        if (runs === 1) loop.wake();
        if (runs === 2) return Promise.reject(new Error('fails'));
        if (runs === 3) done();
        return Promise.resolve({ counts: {} });
      },
      logger,
      metrics,
    });
    await loop.start();
    loop.wake();
    await finished;
    await loop.stop();
    expect(runs).toBe(3);
  });
});
