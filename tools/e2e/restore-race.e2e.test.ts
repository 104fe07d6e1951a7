import { DeletionKind } from '@lethe/contracts';
import { refusalOf } from '@lethe/outcome';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Expectation } from '../system/oracle.js';
import { expectOk, type Rest } from '../system/rest.js';
import { createWorkspace, seedOrganization, type SampleWorkspace } from '../system/world.js';
import { FOUR_ZEROS, startTrial, type Trial } from './trial.js';

const WORKSPACES = 30;

describe('restoring a workspace in the moment of its grant', () => {
  let trial: Trial;
  let admin: Rest;
  beforeAll(async () => {
    trial = await startTrial();
    // Manual: the operator's order below is the only one that grants.
    const policy = {
      graceSeconds: 0,
      orphanDelaySeconds: 0,
      sequestered: false,
      purgeMode: 'manual',
    } as const;
    await seedOrganization(trial.pools.workspace, 'org1', policy, [{ userId: 'ada', orgRole: 255 }]);
    admin = await trial.rest('ada');
  });
  afterAll(() => trial.stop());

  it('has one winner: the workspace lives untouched, or is purged with a certificate', async () => {
    const expectations: Expectation[] = [];
    for (let i = 0; i < WORKSPACES; i++) {
      const workspace = await createWorkspace(trial, admin, `race ${i}`, { blocks: 20, vlobs: 2 });
      await expectOk(admin('DELETE', `/workspace/${workspace.workspaceId}`));
      const [restored, granted] = await race(workspace, i % 2 === 0);
      expect([restored, granted].filter((won) => won)).toHaveLength(1);
      expectations.push({ ...workspace, fate: restored ? 'lives' : 'purged', vlobs: 2 });
    }
    for (const { fate, workspaceId } of expectations) if (fate === 'purged') await trial.purged(workspaceId);
    expect(await trial.oracle(expectations)).toEqual(FOUR_ZEROS);
  });

  /** Both calls at once; which is sent first alternates. Answers who won. */
  async function race(
    { organizationId, workspaceId }: SampleWorkspace,
    restoreFirst: boolean,
  ): Promise<boolean[]> {
    const { authority, workspace } = trial.system;
    const restore = () =>
      workspace.unary((client) => client.restoreWorkspace, {
        caller: undefined,
        workspaceId,
        idempotencyKey: '',
      });
    const grant = () =>
      authority.unary((client) => client.startPurge, {
        organizationId,
        workspaceId,
        kind: DeletionKind.DELETION_PLANNED,
        orderedBy: 'operator',
        validateOnly: false,
        keepBlocks: false,
      });
    const won = async (call: Promise<unknown>) =>
      call.then(
        () => true,
        (error: unknown) => {
          if (refusalOf(error) === undefined) throw error;
          return false;
        },
      );
    const calls = restoreFirst ? [won(restore()), won(grant())] : [won(grant()), won(restore())];
    const results = await Promise.all(calls);
    return restoreFirst ? results : results.reverse();
  }
});
