import type { CertificateClaims } from '@lethe/certificate';
import { isCanonicalUuid, packBlockIds } from '@lethe/contracts';
import { ID_BYTES, readBlockList, type BlockList } from '../proof/block-list.js';
import { proofOf, writeProof } from '../proof/block-proof.js';
import { pagesTrouble } from '../proof/compare-pages.js';
import { readPagesFile, type PagesFile } from '../proof/pages-file.js';
import { recomputePages, type Comparison } from '../proof/recompute-pages.js';
import { saveDocument } from '../terminal/document.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';

export interface BlockOptions {
  readonly pages?: string;
  readonly blocks?: string;
  readonly block?: string;
  readonly proof?: string;
}

export interface BlockFindings {
  /** What was found, for people. */
  readonly lines: readonly string[];
  /** Why it is not verified; empty: it is. */
  readonly troubles: readonly string[];
  readonly json: Readonly<Record<string, unknown>>;
}

/** Holds a certificate against the pages and the blocks behind its Merkle root, as far as they are given. */
export async function verifyBlocks(
  claims: CertificateClaims,
  options: BlockOptions,
): Promise<BlockFindings | undefined> {
  if (options.pages === undefined) return undefined;
  const file = await readPagesFile(options.pages);
  const trouble = pagesTrouble(file, claims);
  if (trouble !== undefined) return { lines: [], troubles: [trouble], json: {} };
  const root = `The Merkle root was recomputed from ${file.pages.length} page(s)`;
  if (options.blocks === undefined)
    return { lines: [root], troubles: [], json: { pages: file.pages.length, root: claims.blocks.root } };
  const list = await readBlockList(options.blocks, claims.organizationId);
  const comparison = recomputePages(file.pages, list.ids);
  const found = compared(comparison, list);
  const proven =
    options.block === undefined || found.troubles.length > 0
      ? undefined
      : await prove(claims, file, comparison, list, { ...options, block: options.block });
  return {
    lines: [root, ...found.lines, ...(proven?.lines ?? [])],
    troubles: [...found.troubles, ...(proven?.troubles ?? [])],
    json: { pages: file.pages.length, root: claims.blocks.root, ...found.json, ...proven?.json },
  };
}

function compared({ pages, left }: Comparison, { ids, checked }: BlockList): BlockFindings {
  const kept = pages.filter(({ kind }) => kind === 'kept');
  const other = pages.filter(({ kind }) => kind === 'other');
  const recomputed = pages.length - kept.length - other.length;
  const keptLines = kept.map(
    ({ page, keptRows }) =>
      `page ${page}: ${keptRows} retained row(s) are not in the list, cannot be recomputed`,
  );
  return {
    lines: [
      `${recomputed} of ${pages.length} page(s) were recomputed from a list of ${ids.length / ID_BYTES} block(s)`,
      ...keptLines,
    ],
    troubles: [
      ...other.map(
        ({ page }) =>
          `page ${page}: its rows are not in the list as they were swept: the list was altered, or a block came late or was shared when the list was made`,
      ),
      ...(left > 0 ? [`${left} block(s) of the list are in no page`] : []),
      ...(kept.length > 0 && !checked
        ? [
            'the list has pages that cannot be recomputed, and no checksum beside it: whether it was altered cannot be told',
          ]
        : []),
    ],
    json: {
      recomputed_pages: recomputed,
      not_recomputed: kept.map(({ page, keptRows }) => ({ page, retained_rows: keptRows })),
    },
  };
}

async function prove(
  claims: CertificateClaims,
  file: PagesFile,
  { pages }: Comparison,
  { ids }: BlockList,
  { block, proof: output }: BlockOptions & { readonly block: string },
): Promise<BlockFindings> {
  const id = blockOf(block, claims.organizationId);
  const at = placeOf(ids, packBlockIds([id]));
  if (at === undefined) return failed(`block ${id} is not in the list`);
  const page = pages.find(({ kind, from, to }) => kind === 'recomputed' && from <= at && at < to);
  if (page === undefined)
    return failed(
      `block ${id} is in the list, but its page holds retained rows that are not: it cannot be proven`,
    );
  const proof = proofOf(
    claims,
    file.pages,
    page.index,
    ids.subarray(page.from * ID_BYTES, page.to * ID_BYTES),
    id,
  );
  if (output !== undefined) await saveDocument(output, writeProof(proof));
  return {
    lines: [
      `Block ${id} is in page ${page.page}, leaf ${proof.index} of ${proof.size}; audit path of ${proof.path.length} hash(es) to the root ${proof.root}`,
      ...(output === undefined ? [] : [`Saved its proof to ${output}`]),
    ],
    troubles: [],
    json: { proof },
  };
}

const failed = (trouble: string): BlockFindings => ({ lines: [], troubles: [trouble], json: {} });

/** A UUID, its 32 digits, or a line of the list. */
function blockOf(text: string, organizationId: string): string {
  const prefix = `${organizationId}/`;
  const hex = (text.startsWith(prefix) ? text.slice(prefix.length) : text).toLowerCase().replaceAll('-', '');
  const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  if (!isCanonicalUuid(id)) throw new Failure(EXIT.usage, `${text} is no block id: give a UUID`);
  return id;
}

/** By halves: the ids are ascending. */
function placeOf(ids: Buffer, id: Buffer): number | undefined {
  let [low, high] = [0, ids.length / ID_BYTES];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const order = ids.subarray(middle * ID_BYTES, (middle + 1) * ID_BYTES).compare(id);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return undefined;
}
