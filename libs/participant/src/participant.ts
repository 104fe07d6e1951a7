import { LIFECYCLE_STREAM } from '@lethe/contracts';
import { createConsumer, DONE, type Messaging } from '@lethe/messaging';
import { compose, createLoop, type Component } from '@lethe/service';
import { createErasing, type ErasingOptions } from './erase-granted.js';

export interface ParticipantOptions extends Omit<ErasingOptions, 'nowMs'> {
  /** As in REQUIRED_PARTICIPANTS and GRPC_CALLERS of the workspace service. Replicas share it. */
  readonly name: string;
  /** Only a doorbell: without it a purge is found at the next look. Its streams are those of libs/contracts. */
  readonly messaging?: Messaging;
}

/**
 * What a service that keeps data of a workspace needs to take part in its deletion, and nothing more: it hears that a purge has
 * started, works on every grant that is open for it at the authority by the owner's `erase`, and reports. The grants are the
 * truth and the event only wakes it, so an event that is lost, doubled or forged costs a look at the list. It keeps no state.
 *
 * Any number of replicas may run. Started and stopped by its owner, after and before the authority's client and `messaging`.
 */
export function createParticipant({ name, messaging, ...options }: ParticipantOptions): Component {
  const { intervalMs, logger, metrics } = options;
  const loop = createLoop({
    name: 'erase-granted',
    intervalMs,
    runOnce: createErasing(options),
    logger,
    metrics,
  });
  if (messaging === undefined) return compose(`participant ${name}`, [loop]);
  const doorbell = createConsumer({
    messaging,
    stream: LIFECYCLE_STREAM.name,
    durable: `${name}-orders`,
    subjects: ['lethe.*.*.workspace.purge_started'],
    ackWaitMs: 30_000,
    concurrency: 16,
    handle: () => {
      loop.wake();
      return Promise.resolve(DONE);
    },
    logger,
    metrics,
  });
  return compose(`participant ${name}`, [loop, doorbell]);
}
