import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Expectation } from '../system/oracle.js';
import { SERVICES } from '../system/system.js';
import { createWorkspace } from '../system/world.js';
import { seedControlledWorld, type ControlledWorld } from './controls.js';
import { FOUR_ZEROS, inTheMiddle, startTrial, type Trial } from './trial.js';

/** Small pages and a small window, so that a purge has a middle. */
const SLOWLY = { PAGE_BLOCKS: '20', RELEASE_WINDOW_PAGES: '2', SWEEP_CONCURRENCY: '1' };

describe('a purge that is interrupted in its middle', () => {
  let trial: Trial;
  let world: ControlledWorld;
  const purged: Expectation[] = [];
  beforeAll(async () => {
    trial = await startTrial({ settings: SLOWLY });
    world = await seedControlledWorld(trial, 100);
    await world.admin('DELETE', `/workspace/${world.doomed.workspaceId}`);
    await trial.purged(world.doomed.workspaceId);
  });
  afterAll(() => trial.stop());

  const doom = async (name: string) => {
    const workspace = await createWorkspace(trial, world.admin, name, { blocks: 1_000 });
    purged.push({ ...workspace, fate: 'purged' });
    expect((await world.admin('DELETE', `/workspace/${workspace.workspaceId}`)).status).toBe(200);
    await inTheMiddle(trial, workspace.workspaceId);
    return workspace;
  };

  it.each(SERVICES)('ends with a certificate after kill -9 of %s', async (name) => {
    const workspace = await doom(`interrupted by the death of ${name}`);
    await trial.system.services[name].kill();
    await trial.system.services[name].start();
    await trial.purged(workspace.workspaceId);
    expect(await trial.oracle([...world.expectations, ...purged])).toEqual(FOUR_ZEROS);
  });

  it('ends with a certificate after kill -9 of all services at once', async () => {
    const workspace = await doom('interrupted by a power cut');
    const services = Object.values(trial.system.services);
    await Promise.all(services.map((service) => service.kill()));
    await Promise.all(services.map((service) => service.start()));
    await trial.purged(workspace.workspaceId);
    expect(await trial.oracle([...world.expectations, ...purged])).toEqual(FOUR_ZEROS);
  });

  it('ends with a certificate after the store of NATS was wiped', async () => {
    const workspace = await doom('interrupted by the loss of every message');
    await trial.nats.kill();
    await trial.nats.wipe();
    await trial.nats.start();
    await trial.purged(workspace.workspaceId);
    expect(await trial.oracle([...world.expectations, ...purged])).toEqual(FOUR_ZEROS);
  });

  it('starts and ends without hearing of it, when NATS is away from the deletion to the grant', async () => {
    await trial.nats.kill();
    const workspace = await createWorkspace(trial, world.admin, 'unheard of', { blocks: 100 });
    purged.push({ ...workspace, fate: 'purged' });
    expect((await world.admin('DELETE', `/workspace/${workspace.workspaceId}`)).status).toBe(200);
    await trial.nats.wipe();
    await trial.nats.start();
    await trial.purged(workspace.workspaceId);
    expect(await trial.oracle([...world.expectations, ...purged])).toEqual(FOUR_ZEROS);
  });
});
