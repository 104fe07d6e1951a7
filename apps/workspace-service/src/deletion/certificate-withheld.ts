import { blocksAreKept } from './deletion.js';
import type { DeletionRow } from './deletion.sql.js';

export type Withheld = 'paused' | 'blocks_kept';

/**
 * Why no certificate may be written, whatever the participants have reported: a pause holds everything up, and a certificate says
 * that no block is left. Undefined: nothing withholds it.
 */
export function certificateWithheld(row: DeletionRow): Withheld | undefined {
  if (row.pause_time !== null) return 'paused';
  return blocksAreKept(row) ? 'blocks_kept' : undefined;
}
