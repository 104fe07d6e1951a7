import { createHash } from 'node:crypto';
import { isCanonical, type CertificateClaims } from '@lethe/certificate';
import { isCanonicalUuid, MAX_PAGE_BLOCKS, packBlockIds, pageLeaf, type SettledPage } from '@lethe/contracts';
import { inclusionPath, verifyInclusion } from '@lethe/merkle';
import { z } from 'zod';
import { ID_BYTES } from './block-list.js';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const blockProof = z.strictObject({
  type: z.literal('lethe-block-proof'),
  version: z.literal(1),
  certificateId: z.uuid(),
  block: z.string().refine(isCanonicalUuid),
  page: z.int().nonnegative(),
  rows: z.int().min(1).max(MAX_PAGE_BLOCKS),
  swept: z.int().nonnegative(),
  /** All ids of the page, 16 bytes each, ascending, in base64url. */
  ids: z.string().refine(isCanonical),
  /** The page's place among the leaves, and how many there are. */
  index: z.int().nonnegative(),
  size: z.int().positive(),
  /** From the leaf upwards (RFC 9162, 2.1.3). */
  path: z.array(sha256).max(64),
  root: sha256,
});

export type BlockProof = z.infer<typeof blockProof>;

export function proofOf(
  claims: CertificateClaims,
  pages: readonly SettledPage[],
  index: number,
  ids: Buffer,
  block: string,
): BlockProof {
  const { page, rows, swept } = pages[index] as SettledPage;
  return {
    type: 'lethe-block-proof',
    version: 1,
    certificateId: claims.certificateId,
    block,
    ...{ page, rows, swept },
    ids: ids.toString('base64url'),
    index,
    size: pages.length,
    path: inclusionPath(pages.map(pageLeaf), index).map((hash) => hash.toString('hex')),
    root: claims.blocks.root,
  };
}

export const writeProof = (proof: BlockProof): string => `${JSON.stringify(proof)}\n`;

/** Undefined: it is no proof, or is spelled in another way than one is written. */
export function readProof(text: string): BlockProof | undefined {
  try {
    const parsed = blockProof.safeParse(JSON.parse(text));
    return parsed.success && writeProof(parsed.data) === text ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

/** Why a block is not proven to be among those that the certificate counts as swept; undefined: it is. */
export function proofTrouble(proof: BlockProof, claims: CertificateClaims): string | undefined {
  if (proof.certificateId !== claims.certificateId) return `it is of the certificate ${proof.certificateId}`;
  if (proof.root !== claims.blocks.root) return 'it leads to another Merkle root';
  if (proof.size !== claims.blocks.pages) return 'it is of another number of pages';
  if (proof.swept !== proof.rows)
    return `its page holds ${proof.rows - proof.swept} retained row(s): whether the block is one of them cannot be told`;
  const ids = Buffer.from(proof.ids, 'base64url');
  if (ids.length !== proof.rows * ID_BYTES) return 'its page has another number of rows than ids';
  if (!holds(ids, packBlockIds([proof.block]))) return 'the block is not among the ids of its page';
  const rowDigest = createHash('sha256').update(ids).digest();
  const [path, root] = [proof.path.map(hex), hex(proof.root)];
  const { index, size } = proof;
  return verifyInclusion({ leaf: pageLeaf({ ...proof, rowDigest }), index, size, path, root })
    ? undefined
    : 'its audit path does not lead to the Merkle root';
}

function holds(ids: Buffer, id: Buffer): boolean {
  for (let at = 0; at < ids.length; at += ID_BYTES)
    if (ids.subarray(at, at + ID_BYTES).equals(id)) return true;
  return false;
}

const hex = (text: string): Buffer => Buffer.from(text, 'hex');
