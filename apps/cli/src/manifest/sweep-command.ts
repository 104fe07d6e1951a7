import { shellCommand } from '../terminal/shell.js';
import { realmHex } from '../workspace/workspace-id.js';

/** What releases kept blocks that were listed in a file. */
export const sweepCommand = (realmId: string, path: string): string =>
  shellCommand('lethe', 'sweep', '--realm', realmHex(realmId), '--from', path);
