import { randomBytes } from 'node:crypto';

/** Shaped like a stream of libs/contracts, but a suite's own: suites share one NATS server. */
export interface TestStream {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly retention: 'limits' | 'workqueue';
  readonly maxAgeMs: number;
  readonly maxBytes: number;
  /** The first token of its subjects. */
  readonly root: string;
}

export function testStream(retention: 'limits' | 'workqueue' = 'limits'): TestStream {
  const root = `test_${randomBytes(6).toString('hex')}`;
  return {
    root,
    name: root.toUpperCase(),
    subjects: [`${root}.>`],
    retention,
    maxAgeMs: 3_600_000,
    maxBytes: 1 << 20,
  };
}
