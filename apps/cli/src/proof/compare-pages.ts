import type { CertificateClaims } from '@lethe/certificate';
import { pageLeaf } from '@lethe/contracts';
import { MerkleTree } from '@lethe/merkle';
import type { PagesFile } from './pages-file.js';

/** Why the pages are not those of the certificate; undefined: they give its counts and its root. */
export function pagesTrouble(file: PagesFile, claims: CertificateClaims): string | undefined {
  const { blocks } = claims;
  if (file.workspaceId !== claims.workspaceId || file.epoch !== claims.epoch)
    return `the pages are of workspace ${file.workspaceId}, epoch ${file.epoch}`;
  const { pages } = file;
  if (pages.some(({ page }, i) => i > 0 && page <= (pages[i - 1]?.page ?? 0)))
    return 'the pages are not in their order';
  const odd = pages.find(({ rows, swept }) => swept > rows);
  if (odd) return `page ${odd.page} has more blocks swept than it has rows`;
  const tree = new MerkleTree();
  for (const page of pages) tree.append(pageLeaf(page));
  const rows = pages.reduce((sum, page) => sum + page.rows, 0);
  const swept = pages.reduce((sum, page) => sum + page.swept, 0);
  if (pages.length !== blocks.pages || rows !== blocks.total || swept !== blocks.swept)
    return `the pages count ${pages.length} pages, ${rows} blocks, ${swept} swept; the certificate ${blocks.pages}, ${blocks.total}, ${blocks.swept}`;
  const root = tree.root().toString('hex');
  return root === blocks.root
    ? undefined
    : `the pages give the Merkle root ${root}, the certificate claims ${blocks.root}`;
}
