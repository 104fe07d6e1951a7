import type { Pool } from '@lethe/postgres';
import { expectOk, restClient, type Rest } from '../system/rest.js';
import {
  addMember,
  createWorkspace,
  seedOrganization,
  type Hands,
  type SampleWorkspace,
} from '../system/world.js';
import type { Narrator } from './narrator.js';

const GRACE_SECONDS = 5;
const DOOMED_BLOCKS = 5_000;
const NEIGHBOUR_BLOCKS = 300;

/** The sample organization: who is in it, and what its workspaces hold. */
export interface Sample {
  /** OWNER of org1, ADMIN of its workspaces. */
  readonly ada: Rest;
  /** A member who may only write. */
  readonly ben: Rest;
  /** OWNER of org10, whose id begins like org1's. */
  readonly cyd: Rest;
  readonly doomed: SampleWorkspace;
  readonly neighbours: readonly SampleWorkspace[];
  readonly bucketId: string;
  readonly repositoryId: string;
}

export async function seedSample(hands: Hands, workspaces: Pool, narrator: Narrator): Promise<Sample> {
  const policy = {
    graceSeconds: GRACE_SECONDS,
    orphanDelaySeconds: 0,
    sequestered: false,
    purgeMode: 'automatic',
  } as const;
  await seedOrganization(workspaces, 'org1', policy, [
    { userId: 'ada', orgRole: 255 },
    { userId: 'ben', orgRole: 0 },
  ]);
  await seedOrganization(workspaces, 'org10', policy, [{ userId: 'cyd', orgRole: 255 }]);
  const { issuer, gatewayUrl } = hands.system;
  const [ada, ben, cyd] = await Promise.all(
    ['ada', 'ben', 'cyd'].map(async (user) => restClient(gatewayUrl, await issuer.tokenFor(user))),
  );
  if (!ada || !ben || !cyd) throw new Error('a sample user has no token');

  const fill = (rest: Rest, name: string, blocks: number) =>
    createWorkspace(hands, rest, name, {
      blocks,
      onProgress: (done, total) => {
        narrator.progress(`${name.padEnd(22)} objects uploaded`, done, total);
      },
    });
  const doomed = await fill(ada, 'Project Nightingale', DOOMED_BLOCKS);
  const living = await fill(ada, 'Living archive', NEIGHBOUR_BLOCKS);
  const confusable = await fill(cyd, 'Confusable neighbour', NEIGHBOUR_BLOCKS);
  await addMember(workspaces, doomed.workspaceId, 'ben', 'WRITE');

  const { bucketId } = (await expectOk(
    ada('POST', '/bucket', { workspaceId: doomed.workspaceId, name: 'measurements' }),
  )) as { bucketId: string };
  const { repoId } = (await expectOk(
    ada('POST', '/repo', { workspaceId: doomed.workspaceId, name: 'results', bucketIds: [bucketId] }),
  )) as { repoId: string };
  return { ada, ben, cyd, doomed, neighbours: [living, confusable], bucketId, repositoryId: repoId };
}
