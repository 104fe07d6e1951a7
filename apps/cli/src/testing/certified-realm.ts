import { createHash } from 'node:crypto';
import type { CertificateClaims } from '@lethe/certificate';
import { packBlockIds, pageLeaf, type SweptPage } from '@lethe/contracts';
import { merkleRoot } from '@lethe/merkle';
import { CLAIMS } from './certificates.js';

/** For tests: a realm whose blocks are known, with what a certificate says of them. */
export interface CertifiedRealm {
  readonly ids: readonly string[];
  /** Of the page that has some. */
  readonly retained: readonly string[];
  /** As `--dump-realm-blocks` lists them: without the retained ones. */
  readonly list: string;
  readonly pages: SweptPage[];
  readonly claims: CertificateClaims;
}

const idOf = (n: number) => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

/** Pages of ten blocks each; of the page `keeping` the first three are retained. */
export function certifiedRealm(pageCount: number, keeping?: number): CertifiedRealm {
  const ids = Array.from({ length: 10 * pageCount }, (_, n) => idOf(n));
  const retained = keeping === undefined ? [] : ids.slice(10 * keeping, 10 * keeping + 3);
  const pages = Array.from({ length: pageCount }, (_, page) => {
    const rows = ids.slice(10 * page, 10 * page + 10);
    const rowDigest = createHash('sha256').update(packBlockIds(rows)).digest();
    const swept = rows.length - (page === keeping ? retained.length : 0);
    return { page, rows: rows.length, swept, rowDigest, sweepTime: new Date(0), stores: ['s3:blocks'] };
  });
  const swept = ids.length - retained.length;
  const root = merkleRoot(pages.map(pageLeaf)).toString('hex');
  const blocks = { pages: pageCount, total: ids.length, swept, retained: retained.length, root };
  return {
    ids,
    retained,
    pages,
    list: ids
      .filter((id) => !retained.includes(id))
      .map((id) => `${CLAIMS.organizationId}/${id}\n`)
      .join(''),
    claims: { ...CLAIMS, blocks, participants: CLAIMS.participants.map((p) => ({ ...p, blocks })) },
  };
}
