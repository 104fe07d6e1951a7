import { randomUUID } from 'node:crypto';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { blockKey } from '@lethe/contracts';
import { transaction, type Pool } from '@lethe/postgres';
import { expectOk, type Rest } from './rest.js';
import type { System } from './system.js';

/** A user of the sample world. */
export interface SampleUser {
  readonly userId: string;
  readonly orgRole: number;
  readonly validated?: boolean;
}

export interface SamplePolicy {
  readonly graceSeconds: number;
  readonly orphanDelaySeconds: number;
  /** 0 when absent: blocks go with the metadata. */
  readonly sweepDelaySeconds?: number;
  readonly sequestered: boolean;
  readonly purgeMode: 'automatic' | 'manual';
}

/** An organization with its users, written by its owner's hand: Lethe has no API that creates one. */
export async function seedOrganization(
  pool: Pool,
  organizationId: string,
  policy: SamplePolicy | undefined,
  users: readonly SampleUser[],
): Promise<void> {
  await transaction(pool, async (tx) => {
    await tx.query('insert into organization (organization_id) values ($1) on conflict do nothing', [
      organizationId,
    ]);
    if (policy)
      await tx.query(
        `insert into deletion_policy (organization_id, grace_seconds, orphan_delay_seconds, sweep_delay_seconds, sequestered, purge_mode)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (organization_id) do update
            set grace_seconds = excluded.grace_seconds, orphan_delay_seconds = excluded.orphan_delay_seconds,
                sweep_delay_seconds = excluded.sweep_delay_seconds, sequestered = excluded.sequestered, purge_mode = excluded.purge_mode`,
        [
          organizationId,
          policy.graceSeconds,
          policy.orphanDelaySeconds,
          policy.sweepDelaySeconds ?? 0,
          policy.sequestered,
          policy.purgeMode,
        ],
      );
    for (const { userId, orgRole, validated = true } of users)
      await tx.query(
        `insert into account (user_id, organization_id, email, name, last_name, org_role, validated)
         values ($1, $2, $1 || '@example.org', 'Sample', 'User', $3, $4)
         on conflict do nothing`,
        [userId, organizationId, orgRole, validated],
      );
  });
}

export async function addMember(
  pool: Pool,
  workspaceId: string,
  userId: string,
  role: string,
): Promise<void> {
  await pool.query('insert into membership (workspace_id, user_id, role) values ($1, $2, $3)', [
    workspaceId,
    userId,
    role,
  ]);
}

/** A workspace with its realm and what is in it; `blocks` are real objects in the bucket. */
export interface SampleWorkspace {
  readonly organizationId: string;
  readonly workspaceId: string;
  readonly blocks: readonly string[];
}

export interface WorkspaceContent {
  readonly blocks: number;
  /** Ids of blocks that another realm has too. */
  readonly shared?: readonly string[];
  readonly vlobs?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Hands {
  readonly system: System;
  readonly s3: S3Client;
  readonly bucket: string;
}

/** Creates a workspace over REST as its future ADMIN, and fills its realm over gRPC and S3 as its clients would. */
export async function createWorkspace(
  hands: Hands,
  rest: Rest,
  name: string,
  content: WorkspaceContent,
): Promise<SampleWorkspace> {
  const { workspace } = (await expectOk(rest('POST', '/workspace', { name }))) as {
    workspace: { id: string; orgId: string };
  };
  const [organizationId, workspaceId] = [workspace.orgId, workspace.id];
  const fresh = Array.from({ length: content.blocks }, () => randomUUID());
  const blocks = [...fresh, ...(content.shared ?? [])];
  await fillRealm(hands, organizationId, workspaceId, blocks, content.vlobs ?? 10);
  await putObjects(hands, organizationId, fresh, content.onProgress);
  return { organizationId, workspaceId, blocks };
}

async function fillRealm(
  { system: { realms } }: Hands,
  organizationId: string,
  realmId: string,
  blocks: readonly string[],
  vlobs: number,
): Promise<void> {
  const realm = { organizationId, realmId };
  await realms.unary((client) => client.createRealm, realm);
  await realms.unary((client) => client.putKeyBundle, {
    ...realm,
    keyIndex: 1,
    bundle: Buffer.from('sealed keys'),
    accesses: [{ userId: 'reader', access: Buffer.from('sealed access') }],
  });
  for (let i = 0; i < vlobs; i++)
    await realms.unary((client) => client.putVlob, {
      ...realm,
      vlobId: randomUUID(),
      version: 1,
      blob: Buffer.from(`ciphertext ${i}`),
    });
  await new Promise<void>((resolve, reject) => {
    const call = realms.client.registerBlocks(realms.metadata(), (error) => {
      if (error) reject(error);
      else resolve();
    });
    for (let at = 0; at < blocks.length; at += 5_000)
      call.write({
        ...realm,
        blocks: blocks.slice(at, at + 5_000).map((blockId) => ({ blockId, sizeBytes: 512 })),
      });
    call.end();
  });
}

/** Uploads objects, a bounded number at a time. */
export async function putObjects(
  { s3, bucket }: Pick<Hands, 's3' | 'bucket'>,
  organizationId: string,
  blocks: readonly string[],
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<void> {
  const queue = blocks.entries();
  let done = 0;
  const upload = async () => {
    for (const [, id] of queue) {
      await s3.send(
        new PutObjectCommand({
          Bucket: bucket,
          Key: blockKey(organizationId, id),
          Body: `ciphertext of ${id}`,
        }),
      );
      done += 1;
      onProgress(done, blocks.length);
    }
  };
  await Promise.all(Array.from({ length: 24 }, upload));
}
