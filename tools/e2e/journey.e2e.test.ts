import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedControlledWorld } from './controls.js';
import { FOUR_ZEROS, startTrial, type Trial } from './trial.js';

describe('the whole journey', () => {
  let trial: Trial;
  beforeAll(async () => {
    trial = await startTrial();
  });
  afterAll(() => trial.stop());

  it('deletes the workspace with everything of it, certifies that, and touches nothing else', async () => {
    const { admin, doomed, expectations } = await seedControlledWorld(trial, 2_500);
    const path = `/workspace/${doomed.workspaceId}`;

    expect(await admin('DELETE', path)).toEqual({ status: 200, body: { success: true } });
    expect((await admin('DELETE', path)).status).toBe(404);

    const deletion = await trial.purged(doomed.workspaceId);
    expect(deletion.progress).toMatchObject({ blocksTotal: 2_500, blocksSwept: 2_497, blocksRetained: 3 });
    expect(await trial.oracle(expectations)).toEqual(FOUR_ZEROS);
  });
});
