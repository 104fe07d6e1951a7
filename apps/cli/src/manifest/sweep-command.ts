import { shellCommand } from '../terminal/shell.js';
import { realmHex } from '../workspace/workspace-id.js';

/** What releases kept blocks that were listed in a file. */
export const sweepCommand = (realmId: string, path: string): string =>
  shellCommand('lethe', 'sweep', '--realm', realmHex(realmId), '--from', path);

/** What lists kept blocks once more, in a file that is not there yet. */
export const listCommand = (organizationId: string, realmId: string): string =>
  shellCommand(
    'lethe',
    'delete-realm',
    ...['--organization', organizationId, '--realm', realmHex(realmId)],
    ...['--dump-realm-blocks', 'FILE', '--keep-blocks'],
  );
