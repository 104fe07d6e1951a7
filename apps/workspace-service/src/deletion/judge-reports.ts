import { sameBlocks, type BlockClaims, type ParticipantClaims } from '@lethe/certificate';
import { ErasureEvidence } from '@lethe/contracts';
import type { DeletionRow, ParticipantRow } from './deletion.sql.js';
import { judgeStores, type StoreFacts } from './judge-stores.js';

export type Judgement =
  /** Not everybody has reported. */
  | { readonly kind: 'incomplete'; readonly waitingFor: string[] }
  /** Never a certificate: a person has to look. */
  | { readonly kind: 'contradiction'; readonly reason: string }
  | ({
      readonly kind: 'agreement';
      readonly participants: ParticipantClaims[];
      readonly blocks: BlockClaims;
    } & StoreFacts);

/**
 * Do all required participants say that nothing is left, and do those who counted blocks agree to the byte? Fails closed: no
 * participant at all, a single count that nobody checked, counts that do not add up, or blocks read back from no store are
 * contradictions; so is a block that was reported gone while blocks were kept, or before they were due; and so are fewer blocks than
 * were counted before a replay, and never shown to be gone.
 *
 * @param deletion until when blocks had to stay: when kept ones were released (null: they were never kept, or still are), and when
 * they were due; and how many have to be accounted for at least.
 */
export function judgeReports(
  rows: readonly ParticipantRow[],
  deletion: Pick<DeletionRow, 'release_time' | 'sweep_time' | 'unproven_blocks' | 'unproven_epoch'>,
): Judgement {
  const waitingFor = rows.filter((row) => row.report_time === null).map((row) => row.participant);
  if (rows.length === 0) return { kind: 'contradiction', reason: 'the grant requires no participant' };
  if (waitingFor.length > 0) return { kind: 'incomplete', waitingFor };

  const participants = rows.map(claimsOf);
  const silent = rows.find((row, i) => row.gives_block_evidence && participants[i]?.blocks === null);
  if (silent)
    return { kind: 'contradiction', reason: `${silent.participant} reported without block evidence` };

  const before = (time: Date | null) =>
    rows.find(
      ({ report_time: reported }, i) =>
        time !== null && reported !== null && reported < time && (participants[i]?.blocks?.total ?? 0) > 0,
    );
  const kept = before(deletion.release_time);
  if (kept)
    return { kind: 'contradiction', reason: `${kept.participant} reported blocks gone while they were kept` };
  const early = before(deletion.sweep_time);
  if (early)
    return {
      kind: 'contradiction',
      reason: `${early.participant} reported blocks gone before they were due`,
    };

  const counted = participants.filter((p) => p.blocks !== null);
  const [first, ...others] = counted;
  if (!first?.blocks || others.length === 0)
    return { kind: 'contradiction', reason: 'fewer than two participants counted the blocks' };
  const { blocks } = first;
  const other = others.find((p) => p.blocks === null || !sameBlocks(p.blocks, blocks));
  if (other)
    return {
      kind: 'contradiction',
      reason: `${first.participant} and ${other.participant} disagree: ${describe(first)} against ${describe(other)}`,
    };
  if (blocks.swept + blocks.retained !== blocks.total)
    return { kind: 'contradiction', reason: `the blocks do not add up: ${describe(first)}` };
  if (blocks.swept > 0 && participants.every((p) => p.stores.length === 0))
    return { kind: 'contradiction', reason: 'blocks were swept, but no participant names a store' };
  if (deletion.unproven_blocks !== null && blocks.total < deletion.unproven_blocks)
    return {
      kind: 'contradiction',
      reason: `${unprovenBlocks(deletion)}, and these reports account for ${blocks.total}`,
    };
  const stores = judgeStores(rows);
  return stores.kind === 'contradiction' ? stores : { ...stores, participants, blocks };
}

/** Of a replay whose place was taken before the blocks of an earlier epoch were shown to be gone. */
export const unprovenBlocks = (row: Pick<DeletionRow, 'unproven_blocks' | 'unproven_epoch'>): string =>
  `${row.unproven_blocks} blocks that epoch ${row.unproven_epoch} reported were never shown to be gone`;

function claimsOf(row: ParticipantRow): ParticipantClaims {
  const { removed, blocks } = ErasureEvidence.fromJSON(row.evidence);
  return {
    participant: row.participant,
    reportTime: (row.report_time as Date).toISOString(),
    removed,
    blocks: blocks
      ? {
          pages: blocks.pages,
          total: blocks.blocksTotal,
          swept: blocks.blocksSwept,
          retained: blocks.blocksRetained,
          root: blocks.root.toString('hex'),
        }
      : null,
    stores: blocks?.stores ?? [],
  };
}

function describe({ blocks }: ParticipantClaims): string {
  if (!blocks) return 'no count';
  const { pages, total, swept, retained, root } = blocks;
  return `${pages} pages, ${total} blocks, ${swept} swept, ${retained} retained, root ${root.slice(0, 16)}…`;
}
