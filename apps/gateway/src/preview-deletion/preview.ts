import type { PreviewDeletionResponse, RealmDescription, StoreProbe } from '@lethe/contracts';
import { z } from 'zod';
import { purgeMode, toPurgeMode } from '../policy/deletion-policy.js';
import { holdResource, toHoldResource } from '../hold/hold.js';
import { toWireTime, wireTime } from '../http/wire-time.js';
import { member, toMember } from '../workspace/workspace.js';

const blockers = z.object({
  count: z.int(),
  items: z.array(z.object({ id: z.string(), name: z.string() })).describe('The first 100 by id'),
});

/** What DELETE would do at `previewTime`, and what the purge would remove. */
export const deletionPreview = z
  .object({
    workspaceId: z.string(),
    etag: z.string().describe('For If-Match: the deletion then happens only to what was previewed'),
    previewTime: wireTime.optional(),
    allowed: z.boolean(),
    refusals: z.array(z.string()).describe('The codes that DELETE would be refused with, in its order'),
    blockers: z.object({ buckets: blockers, repositories: blockers }),
    holds: z.array(holdResource).describe('In force'),
    members: z.array(member).describe('Who would lose access'),
    blocks: z.int(),
    bytes: z.int(),
    rows: z.object({ vlobAtoms: z.int(), keyBundles: z.int() }).describe('Metadata'),
    stores: z.array(
      z.object({
        name: z.string(),
        mayRefuse: z.boolean(),
        reasons: z
          .array(z.string())
          .describe('UNREACHABLE, OBJECT_LOCK, OBJECT_LOCK_UNKNOWN, VERSIONING_UNKNOWN, MFA_DELETE'),
      }),
    ),
    purgeTime: wireTime
      .optional()
      .describe('Not purged before; absent: never, for want of a deletion policy'),
    purgeMode: purgeMode.optional(),
    sweepTime: wireTime
      .optional()
      .describe('When its blocks would go, were its purge granted at the purge time; absent as purgeTime is'),
  })
  .meta({ id: 'DeletionPreview' });

/** @param realm Absent: nothing was ever written to it. */
export function toDeletionPreview(
  told: PreviewDeletionResponse,
  realm: RealmDescription | undefined,
  stores: readonly StoreProbe[],
): z.output<typeof deletionPreview> {
  const { blocks = 0, bytes = 0, vlobAtoms = 0, keyBundles = 0 } = realm ?? {};
  const items = <T extends { readonly name: string }>(found: readonly T[], idOf: (item: T) => string) =>
    found.map((item) => ({ id: idOf(item), name: item.name }));
  return {
    workspaceId: told.workspaceId,
    etag: told.etag,
    previewTime: toWireTime(told.previewTime),
    allowed: told.refusals.length === 0,
    refusals: told.refusals,
    blockers: {
      buckets: { count: told.bucketCount, items: items(told.buckets, ({ bucketId }) => bucketId) },
      repositories: {
        count: told.repositoryCount,
        items: items(told.repositories, ({ repositoryId }) => repositoryId),
      },
    },
    holds: told.holds.map(toHoldResource),
    members: told.members.map(toMember),
    blocks,
    bytes,
    rows: { vlobAtoms, keyBundles },
    stores: stores.map(({ name, mayRefuse }) => ({
      name,
      mayRefuse: mayRefuse.length > 0,
      reasons: mayRefuse,
    })),
    purgeTime: toWireTime(told.purgeTime),
    sweepTime: toWireTime(told.sweepTime),
    purgeMode: toPurgeMode(told.purgeMode),
  };
}
