import { randomUUID } from 'node:crypto';
import { encodeEvent, packBlockIds } from '@lethe/contracts';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { eventually } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedControlledWorld, type ControlledWorld } from './controls.js';
import { FOUR_ZEROS, startTrial, type Trial } from './trial.js';

describe('messages that are doubled, disordered and forged', () => {
  let trial: Trial;
  let world: ControlledWorld;
  let nats: NatsConnection;
  const heard: Msg[] = [];
  const echoed = new Set<string>();

  beforeAll(async () => {
    trial = await startTrial({ settings: { PAGE_BLOCKS: '50' } });
    nats = await connect({ servers: trial.nats.url });
    world = await seedControlledWorld(trial, 1_000);
  });
  afterAll(async () => {
    await nats.close();
    await trial.stop();
  });

  it('change nothing', async () => {
    echoEverything();
    await forgeDeathOfControls();
    await world.admin('DELETE', `/workspace/${world.doomed.workspaceId}`);
    await trial.purged(world.doomed.workspaceId);
    expect(heard.length).toBeGreaterThan(20);

    for (const message of [...heard].reverse()) await again(message);
    await drained();
    expect(await trial.oracle(world.expectations)).toEqual(FOUR_ZEROS);
  });

  /** Publishes each message once more, behind those that come after it. */
  function echoEverything(): void {
    nats.subscribe('lethe.>', {
      callback: (error, message) => {
        const id = message.headers?.get('ce-id') ?? '';
        if (error !== null || echoed.has(message.headers?.get('Nats-Msg-Id') ?? '')) return;
        heard.push(message);
        const late = heard.at(-4);
        if (id !== '' && late) void again(late);
      },
    });
  }

  /** The same event under another message id, so that the stream's own window does not drop it. */
  async function again(message: Msg): Promise<void> {
    const sent = headers();
    for (const [name, values] of message.headers ?? [])
      for (const value of values) if (name !== 'Nats-Msg-Id') sent.append(name, value);
    const msgID = randomUUID();
    echoed.add(msgID);
    await jetstream(nats).publish(message.subject, message.data, { headers: sent, msgID });
  }

  /** Orders the purge of each control realm, and releases its blocks, as somebody would who can publish but was not granted. */
  async function forgeDeathOfControls(): Promise<void> {
    for (const { organizationId, workspaceId, blocks } of world.expectations.slice(1)) {
      const context = { eventId: randomUUID(), organizationId, workspaceId, epoch: 1, time: new Date() };
      const ids = [...blocks].sort();
      const forged = [
        encodeEvent('workspace.purge_started', 'forged', { context, deletionId: randomUUID() }),
        encodeEvent('realm.blocks_released', 'forged', {
          context: { ...context, eventId: randomUUID() },
          page: 0,
          blockIds: packBlockIds(ids),
          rowDigest: Buffer.alloc(32),
          rows: ids.length,
          cut: 1,
        }),
      ];
      for (const event of forged) {
        const sent = headers();
        for (const [name, value] of Object.entries(event.headers)) sent.set(name, value);
        await jetstream(nats).publish(event.subject, event.payload, { headers: sent });
      }
    }
  }

  /** Every consumer has decided about everything. */
  async function drained(): Promise<void> {
    const manager = await jetstreamManager(nats);
    await eventually('all messages are settled', async () => {
      for await (const { config } of manager.streams.list())
        for await (const consumer of manager.consumers.list(config.name))
          if (consumer.num_pending + consumer.num_ack_pending > 0) return false;
      return true;
    });
  }
});
