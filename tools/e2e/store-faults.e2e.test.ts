import { createFaultProxy, makeTrouble, type FaultProxy } from '@lethe/object-store/testing';
import { eventually, serverVariable } from '@lethe/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Expectation } from '../system/oracle.js';
import { createWorkspace } from '../system/world.js';
import { seedControlledWorld, type ControlledWorld } from './controls.js';
import { FOUR_ZEROS, inTheMiddle, startTrial, type Trial } from './trial.js';

/** Small pages and a small window, so that a purge has a middle. */
const SLOWLY = { PAGE_BLOCKS: '20', RELEASE_WINDOW_PAGES: '4', SWEEP_CONCURRENCY: '2' };

describe('a purge whose store', () => {
  let proxy: FaultProxy;
  let trial: Trial;
  let world: ControlledWorld;
  const purged: Expectation[] = [];
  beforeAll(async () => {
    proxy = await createFaultProxy(serverVariable('S3_ENDPOINT'));
    trial = await startTrial({ settings: SLOWLY, s3Endpoint: proxy.endpoint });
    world = await seedControlledWorld(trial, 200);
  });
  afterAll(async () => {
    await trial.stop();
    await proxy.close();
  });

  it('refuses half of all requests as too many ends with a certificate', async () => {
    const troubles = makeTrouble(proxy, 'slow down', { rate: 0.5, seed: 1, most: 60 });
    await world.admin('DELETE', `/workspace/${world.doomed.workspaceId}`);
    await trial.purged(world.doomed.workspaceId);
    expect(troubles()).toBeGreaterThan(5);
    expect(await trial.oracle(world.expectations)).toEqual(FOUR_ZEROS);
  });

  it('is taken away in its middle, and brought back, ends with a certificate', async () => {
    proxy.fault = () => undefined;
    const workspace = await createWorkspace(trial, world.admin, 'without a store', { blocks: 600 });
    purged.push({ ...workspace, fate: 'purged' });
    expect((await world.admin('DELETE', `/workspace/${workspace.workspaceId}`)).status).toBe(200);
    await inTheMiddle(trial, workspace.workspaceId);
    proxy.fault = () => ({ kind: 'reset', when: 'before' });
    // A probe: by then it is known that the store is away, and nothing else is asked of it.
    const before = proxy.count();
    await eventually('the store is probed', () =>
      Promise.resolve(
        proxy.requests.slice(before).filter(({ query }) => query.get('max-keys') === '1').length > 0,
      ),
    );
    proxy.fault = () => undefined;
    await trial.purged(workspace.workspaceId);
    expect(await trial.oracle([...world.expectations, ...purged])).toEqual(FOUR_ZEROS);
  });
});
