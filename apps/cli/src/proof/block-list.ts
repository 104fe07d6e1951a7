import { isCanonicalUuid, packBlockIds } from '@lethe/contracts';
import { readChecksum } from '../manifest/checksum.js';
import { openLines } from '../manifest/lines.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';

export const ID_BYTES = 16;
const BATCH = 4_096;

/** The kept list of a realm's blocks. */
export interface BlockList {
  /** 16 bytes each, ascending. */
  readonly ids: Buffer;
  /** Its checksum stands beside it, and fits. */
  readonly checked: boolean;
}

/**
 * Reads a list as `lethe delete-realm --dump-realm-blocks` writes it: sixteen bytes a block in memory.
 *
 * @throws Failure where a line is no block of the organization, the order is another, or the checksum beside it does not fit.
 */
export async function readBlockList(path: string, organizationId: string): Promise<BlockList> {
  const prefix = `${organizationId}/`;
  const expected = await readChecksum(path);
  const lines = await openLines(path);
  const packed: Buffer[] = [];
  let batch: string[] = [];
  try {
    for (let last = ''; ;) {
      const peeked = lines.peek();
      const line = typeof peeked === 'object' ? await peeked : peeked;
      if (line === undefined) break;
      const id = line.slice(prefix.length);
      if (!line.startsWith(prefix) || !isCanonicalUuid(id) || line <= last)
        throw notVerified(
          `line ${lines.taken + 1} of ${path} is no block of ${organizationId}, or out of order`,
        );
      last = line;
      lines.take();
      if (batch.push(id) === BATCH) {
        packed.push(packBlockIds(batch));
        batch = [];
      }
    }
    packed.push(packBlockIds(batch));
    if (expected !== undefined && lines.digest() !== expected)
      throw notVerified(`${path} is not what its checksum says: it was altered`);
    return { ids: Buffer.concat(packed), checked: expected !== undefined };
  } finally {
    await lines.close();
  }
}

const notVerified = (why: string) => new Failure(EXIT.refused, `not verified: ${why}`);
