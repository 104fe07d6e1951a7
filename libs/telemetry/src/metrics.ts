import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** A service's metrics, and those that every loop and consumer has. One registry each: nothing is global. */
export interface Metrics {
  readonly registry: Registry;
  /** What each loop counted (`found`, `deleted`, …). */
  readonly loopItems: Counter<'loop' | 'count'>;
  readonly loopSeconds: Histogram<'loop' | 'result'>;
  /** Unix time of a loop's last good run; an alarm looks at its age. */
  readonly loopLastSuccess: Gauge<'loop'>;
  readonly messages: Counter<'consumer' | 'decision'>;
  readonly published: Counter<'type'>;
  /** Streams without an end of their own that are open now. */
  readonly openStreams: Gauge<'stream'>;
  /** Purges under way that something holds up, by the type of the condition. */
  readonly deletionsHeldUp: Gauge<'condition'>;
  /** Things a person has to look at: disagreeing reports, dead letters, a rewound authority. */
  readonly alarms: Counter<'alarm'>;
}

export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    loopItems: new Counter({
      name: 'lethe_loop_items_total',
      help: 'Items a loop counted',
      labelNames: ['loop', 'count'],
      registers,
    }),
    loopSeconds: new Histogram({
      name: 'lethe_loop_run_seconds',
      help: 'Duration of one run of a loop',
      labelNames: ['loop', 'result'],
      registers,
    }),
    loopLastSuccess: new Gauge({
      name: 'lethe_loop_last_success_timestamp_seconds',
      help: 'When a loop last ran without an error',
      labelNames: ['loop'],
      registers,
    }),
    messages: new Counter({
      name: 'lethe_messages_total',
      help: 'Messages by what was decided',
      labelNames: ['consumer', 'decision'],
      registers,
    }),
    published: new Counter({
      name: 'lethe_events_published_total',
      help: 'Events published',
      labelNames: ['type'],
      registers,
    }),
    openStreams: new Gauge({
      name: 'lethe_open_streams',
      help: 'Streams without an end of their own that are open now',
      labelNames: ['stream'],
      registers,
    }),
    deletionsHeldUp: new Gauge({
      name: 'lethe_deletions_held_up',
      help: 'Purges under way that something holds up',
      labelNames: ['condition'],
      registers,
    }),
    alarms: new Counter({
      name: 'lethe_alarms_total',
      help: 'Things a person has to look at',
      labelNames: ['alarm'],
      registers,
    }),
  };
}

/** A gauge that is read whenever somebody asks for it: one value for each value of its label. */
export function addReadGauge(
  { registry }: Pick<Metrics, 'registry'>,
  gauge: { readonly name: string; readonly help: string; readonly label: string },
  read: () => readonly (readonly [string, number])[],
): void {
  const { name, help, label } = gauge;
  new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      this.reset();
      for (const [of, value] of read()) this.set({ [label]: of }, value);
    },
  });
}
