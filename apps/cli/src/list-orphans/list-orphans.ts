import { createHash } from 'node:crypto';
import type { OrphanObject } from '@lethe/contracts';
import { connectSweeper } from '../connection/purging.js';
import { checksumPath, saveChecksum } from '../manifest/checksum.js';
import { createDraft, removeLeftovers, tryDraft } from '../manifest/draft.js';
import { headLines, type ListHead } from '../orphan/list-head.js';
import { lineOf } from '../orphan/list-line.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure, stopIfInterrupted } from '../terminal/failure.js';
import { printable, printableFields } from '../terminal/printable.js';
import { printJson, type Session } from '../terminal/session.js';
import { shellCommand } from '../terminal/shell.js';
import { compared } from './compared.js';

export interface ListOrphansOptions extends ListHead {
  /** A new file. */
  readonly output: string;
  readonly json: boolean;
}

/** So many are named; all are counted. */
const NAMED = 20;

/**
 * Compares a store with the rows of blocks, and writes what no realm knows to a new file: wholly, durably and with its checksum beside
 * it, or not at all. Changes nothing in the store. Rows without an object are data loss: then it ends with 1, list and all.
 */
export async function listOrphans(session: Session, options: ListOrphansOptions): Promise<void> {
  const { output: path, json } = options;
  session.whenInterrupted = 'No list was written.';
  await tryDraft(path);
  await removeLeftovers(path);
  const sweeper = connectSweeper(session);
  const draft = await createDraft(path);
  const hash = createHash('sha256');
  const found = {
    ...{ orphans: 0, bytes: 0, condemned: 0, unfinished: 0, objects: 0, uploads: 0, rows: 0, foreign: 0 },
    missing: 0,
  };
  const named: string[] = [];
  const write = async (text: string) => {
    hash.update(text);
    await draft.write(text);
  };
  try {
    await write(headLines(options));
    for await (const message of compared(session, sweeper, options)) {
      await write(message.orphans.map((orphan) => lineOf(orphan.key, isUploadOnly(orphan))).join(''));
      found.orphans += message.orphans.length;
      found.unfinished += message.orphans.filter(isUploadOnly).length;
      found.condemned += message.orphans.filter(({ versions, uploads }) => versions + uploads === 0).length;
      found.bytes += message.orphans.reduce((sum, { bytes }) => sum + bytes, 0);
      found.missing += message.missingKeys.length;
      named.push(...message.missingKeys.slice(0, NAMED - named.length));
      found.objects = message.objectsSeen;
      found.uploads = message.uploadsSeen;
      found.rows = message.rowsSeen;
      found.foreign = message.foreignKeysSeen;
    }
    stopIfInterrupted(session);
    if ((await draft.publish()) === 'exists')
      throw new Failure(EXIT.refused, `${path} exists, and was left as it is: name another file`);
  } finally {
    sweeper.close();
    await draft.discard();
  }
  const digest = hash.digest('hex');
  await saveChecksum(path, digest);
  if (found.missing > 0) session.exitCode = EXIT.refused;
  if (json) printJson(session.output, { file: path, sha256: digest, ...found, missing_keys: named });
  else session.output.write(summary(options, found, named));
}

const isUploadOnly = ({ versions, uploads }: OrphanObject) => versions === 0 && uploads > 0;

function summary(
  { output: path, organizationId, store }: ListOrphansOptions,
  found: Readonly<Record<string, number>>,
  named: readonly string[],
): string {
  const { orphans, bytes, condemned, unfinished, objects, uploads, rows, foreign, missing } = found;
  const fields = printableFields([
    ['objects', `${objects}`],
    ['unfinished uploads', `${uploads}`],
    ['rows of blocks', `${rows}`],
    ['orphans', `${orphans} (${bytes} bytes)`],
    ['of these unfinished uploads', unfinished ? `${unfinished}, whose size no listing tells` : undefined],
    ['of these without an object', condemned ? `${condemned}, left by an order that broke off` : undefined],
    ['other keys', `${foreign}, which are no block's and never deleted`],
    ['rows without an object', `${missing}`],
  ]);
  const lost = named.map((key) => `    ${printable(key)}\n`).join('');
  const advice =
    missing === 0
      ? ''
      : 'Rows without an object: data that clients cannot read any more, unless an upload is under way: list again to tell.\n';
  return (
    `Compared store ${printable(store)} with the blocks of organization ${printable(organizationId)}\n${fields}${lost}${advice}` +
    `Wrote ${printable(path)} and ${printable(checksumPath(path))}. Review it, then: ${shellCommand('lethe', 'orphans', 'delete', '--from', path)}\n`
  );
}
