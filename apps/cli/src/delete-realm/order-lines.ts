import { DeletionKind, type RealmDescription } from '@lethe/contracts';
import { byteSize } from '../deletion/deletion-lines.js';
import { kindName } from '../deletion/deletion-names.js';
import { sweepCommand } from '../manifest/sweep-command.js';
import type { Examined } from '../purge/order.js';
import { printable, printableFields, printableTime } from '../terminal/printable.js';
import { realmHex } from '../workspace/workspace-id.js';
import type { DeleteRealmOptions } from './delete-realm.js';

/** Everything a run has found out before it changes anything. */
export interface Prepared {
  readonly options: DeleteRealmOptions;
  readonly examined: Examined;
  /** Undefined: realm-purge does not know the realm, which then has no block. */
  readonly realm: RealmDescription | undefined;
}

/** What is about to go. */
export function orderFacts({ options, examined, realm }: Prepared): string {
  const { blocks = 0, bytes = 0, vlobAtoms = 0, keyBundles = 0 } = realm ?? {};
  const fields = printableFields([
    ['organization', options.organizationId],
    ['kind', kindName(examined.kind)],
    ['blocks', `${blocks}, ${byteSize(bytes)}`],
    ['blocks stay until', examined.blocksFrom && printableTime(examined.blocksFrom)],
    ['metadata', `${vlobAtoms} vlob atom(s), ${keyBundles} key bundle(s)`],
    ['order', examined.granted ? 'given before; this goes on with it' : undefined],
  ]);
  return `Realm ${realmHex(options.realmId)}\n${fields}`;
}

/** What would happen, step by step. */
export function dryRunLines(prepared: Prepared): string {
  const { options, realm, examined } = prepared;
  const { dump, keepBlocks, realmId } = options;
  const orphan = examined.kind === DeletionKind.ORPHANED ? ' as orphaned' : '';
  const steps = [
    examined.granted ? 'go on with its purge' : `order its purge${orphan}, which nothing can undo`,
    ...(dump === undefined
      ? []
      : [`list its ${realm?.blocks ?? 0} block(s), but those that a live realm shares, in ${dump}`]),
    'delete its metadata',
    keepBlocks
      ? `keep its blocks, until: ${sweepCommand(realmId, dump ?? '')}`
      : `remove its blocks from the object storage${examined.blocksFrom ? `, not before ${printableTime(examined.blocksFrom)}` : ''}`,
  ];
  const would = steps.map((step) => `Would ${printable(step)}\n`).join('');
  return `${orderFacts(prepared)}${would}Dry run: nothing was changed\n`;
}

/** Parsec's two lines, and what it cannot say: without this order the deletion has no end, and no certificate. */
export function keptLines({ realmId, dump = '' }: DeleteRealmOptions): string {
  return (
    '⚠️ The realm has been deleted, however its blocks are still present in the object storage\n' +
    `⚠️ You should now manually clean the object storage by removing all the path listed in ${printable(dump)}\n` +
    `Then, or to have them removed, end the deletion with: ${sweepCommand(realmId, dump)}\n`
  );
}
