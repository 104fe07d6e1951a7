import type { ObjectStore } from '@lethe/object-store';
import { addReadGauge, type Metrics } from '@lethe/telemetry';

const BREAKER = { closed: 0, probing: 1, open: 2 } as const;

/** Shows how each store is being asked; those that need no pacing have no value. */
export function addStoreGauges(metrics: Metrics, stores: readonly ObjectStore[]): void {
  const each = <T>(of: (pace: NonNullable<ObjectStore['pace']>) => T) =>
    stores.flatMap(({ name, pace }): [string, T][] => (pace ? [[name, of(pace)]] : []));
  const add = (name: string, help: string, of: (pace: NonNullable<ObjectStore['pace']>) => number) => {
    addReadGauge(metrics, { name: `lethe_store_${name}`, help, label: 'store' }, () => each(of));
  };
  add('concurrency_limit', 'Requests that a store may have in hand now', ({ gauges }) => gauges.limit);
  add('requests_in_flight', 'Requests that a store has in hand', ({ gauges }) => gauges.inFlight);
  add('requests_waiting', 'Requests that wait until a store may have more', ({ gauges }) => gauges.waiting);
  add(
    'breaker',
    'Whether a store is asked: 0 yes, 2 no, 1 a probe is under way',
    ({ gauges }) => BREAKER[gauges.breaker],
  );
  add('away_since_timestamp_seconds', 'Since when a store is away; 0 when it is not', ({ outage }) =>
    outage ? outage.since.getTime() / 1_000 : 0,
  );
}
