import { NOTHING_FOUND, nothingWasFound, type StoreClaims } from '@lethe/certificate';
import type { DeletionRow } from '../deletion/deletion.sql.js';

const LIMITS = [
  'Objects that were uploaded but never registered as blocks, and uploads that ended after the read-back, are outside of what was counted.',
  'Backups of the databases and of the object storage, and copies internal to a storage provider, are outside of what was read back.',
  'The audit keeps ids and times, and the origins and reasons of legal holds that were released.',
  'Retained blocks are shared with another realm of the organization, live or waiting for its own deletion, and stay until that one is deleted.',
];
const MEDIA_LIMIT =
  'Clear is claimed of what the interface of the storage can address; nothing is claimed of the media beneath it, nor of pages of databases that are not overwritten yet.';
const REPLAY_LIMIT =
  'The deletion was ordered once more over restored backups: the counts are of what they had brought back, not of what was deleted the first time. An object that came back without its block was not seen.';

const unprovenLimit = (blocks: number, epoch: number) =>
  `The purge of epoch ${epoch} reported ${blocks} blocks that were never shown to be gone, and was never certified. This one has counted as many; that they are the same is not shown.`;

/** What a certificate does not say, the gravest first: that nothing was found where it was looked for. */
export function limitsOf(
  swept: number,
  stores: readonly StoreClaims[] | undefined,
  {
    replay_of,
    unproven_blocks: blocks,
    unproven_epoch: epoch,
  }: Pick<DeletionRow, 'replay_of' | 'unproven_blocks' | 'unproven_epoch'>,
): string[] {
  const empty = (stores ?? []).filter(({ keysFound }) => keysFound === 0);
  return [
    ...(stores !== undefined && nothingWasFound(swept, stores)
      ? [NOTHING_FOUND]
      : empty
          .map(({ store }) =>
            swept > 0
              ? `The sweeps that verified these blocks found nothing under their keys in the store ${store}.`
              : '',
          )
          .filter(Boolean)),
    ...LIMITS,
    ...(stores === undefined ? [] : [MEDIA_LIMIT]),
    ...(replay_of === null ? [] : [REPLAY_LIMIT]),
    ...(blocks === null || epoch === null ? [] : [unprovenLimit(blocks, epoch)]),
  ];
}
