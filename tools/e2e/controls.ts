import type { Expectation } from '../system/oracle.js';
import { expectOk, type Rest } from '../system/rest.js';
import { addMember, createWorkspace, seedOrganization, type SampleWorkspace } from '../system/world.js';
import type { Trial } from './trial.js';

/** The realm to delete, and the control realms that must survive untouched whatever happens to it. */
export interface ControlledWorld {
  readonly admin: Rest;
  readonly doomed: SampleWorkspace;
  /** The doomed realm's fate, and that of each control. */
  readonly expectations: readonly Expectation[];
}

const GRACE = { graceSeconds: 0, orphanDelaySeconds: 0, sequestered: false, purgeMode: 'automatic' } as const;
const OWNER = 255;
const KEPT_BLOCKS = 40;

/**
 * org1 with the doomed realm, a live one, a restored one, a held one, and a live one that shares blocks with the doomed; org10,
 * whose id begins like org1's; an orphan in a sequestered organization.
 */
export async function seedControlledWorld(trial: Trial, blocks: number): Promise<ControlledWorld> {
  const { pools } = trial;
  await seedOrganization(pools.workspace, 'org1', GRACE, [
    { userId: 'ada', orgRole: OWNER },
    { userId: 'ben', orgRole: 0 },
  ]);
  await seedOrganization(pools.workspace, 'org10', GRACE, [{ userId: 'cyd', orgRole: OWNER }]);
  await seedOrganization(pools.workspace, 'vault', { ...GRACE, sequestered: true }, [
    { userId: 'dan', orgRole: OWNER },
  ]);
  const [ada, cyd, dan] = [await trial.rest('ada'), await trial.rest('cyd'), await trial.rest('dan')];
  const make = (rest: Rest, name: string, n: number, shared: readonly string[] = []) =>
    createWorkspace(trial, rest, name, { blocks: n, shared });

  const doomed = await make(ada, 'doomed', blocks);
  await addMember(pools.workspace, doomed.workspaceId, 'ben', 'WRITE');
  const live = await make(ada, 'live', KEPT_BLOCKS);
  const shared = doomed.blocks.slice(0, 3);
  const sharer = await make(ada, 'sharer', KEPT_BLOCKS, shared);
  const confusable = await make(cyd, 'confusable', KEPT_BLOCKS);
  const restored = await restoredControl(trial, ada, await make(ada, 'restored', KEPT_BLOCKS));
  const held = await heldControl(trial, ada, await make(ada, 'held', KEPT_BLOCKS));
  const orphan = await make(dan, 'orphan of a sequestered organization', KEPT_BLOCKS);
  await pools.workspace.query(
    `update account set revoke_time = now() - interval '1 day' where user_id = 'dan'`,
  );

  return {
    admin: ada,
    doomed,
    expectations: [
      { ...doomed, fate: 'purged', retained: shared },
      ...[live, sharer, confusable, restored, orphan].map((control) => ({
        ...control,
        fate: 'lives' as const,
      })),
      { ...held, fate: 'lives', state: 'deleted' },
    ],
  };
}

/** The organization's grace period from now on; deletions keep the one they were scheduled with. */
const setGrace = (trial: Trial, graceSeconds: number) =>
  trial.pools.workspace.query(
    `update deletion_policy set grace_seconds = $1 where organization_id = 'org1'`,
    [graceSeconds],
  );

/** Deleted and restored; the policy of the moment gives it the time. */
async function restoredControl(
  trial: Trial,
  admin: Rest,
  workspace: SampleWorkspace,
): Promise<SampleWorkspace> {
  await setGrace(trial, 3_600);
  await expectOk(admin('DELETE', `/workspace/${workspace.workspaceId}`));
  await expectOk(admin('POST', `/workspace/${workspace.workspaceId}/restore`));
  await setGrace(trial, 0);
  return workspace;
}

const TIME_TO_HOLD_SECONDS = 5;

/** Deleted, and held before its purge time: it comes, and nothing happens. */
async function heldControl(trial: Trial, admin: Rest, workspace: SampleWorkspace): Promise<SampleWorkspace> {
  await setGrace(trial, TIME_TO_HOLD_SECONDS);
  await expectOk(admin('DELETE', `/workspace/${workspace.workspaceId}`));
  await trial.system.workspace.unary((client) => client.placeHold, {
    workspaceId: workspace.workspaceId,
    origin: 'court',
    reason: 'case 42',
    placedBy: 'operator',
    caller: undefined,
  });
  await setGrace(trial, 0);
  return workspace;
}
