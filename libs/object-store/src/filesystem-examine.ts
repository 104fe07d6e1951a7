import { constants } from 'node:fs';
import { access, lstat, mkdir, rmdir, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import {
  failure,
  findingOfClock,
  findingOfIdentity,
  ok,
  STORE_TRIALS,
  unknown,
  type StoreFinding,
} from './examination.js';
import { unlinkBlock } from './filesystem-block.js';
import { ifMissing, namesIn, withDirectory, within, type OpenDirectory } from './filesystem-directory.js';
import { codeOf } from './filesystem-error.js';
import { readMarkers } from './filesystem-identity.js';
import { textOf } from './filesystem-listing.js';

const TRIALS = STORE_TRIALS.slice(0, -1);
const messageOf = (error: unknown) => (error as Error).message;

/** What a purge needs of a directory, each trial with a finding; never rejects. */
export async function examineDirectory(
  id: string,
  directory: string,
  now: () => Date,
): Promise<StoreFinding[]> {
  const identity = await readMarkers(directory).then(
    (markers) => findingOfIdentity(id, markers),
    (error: unknown) => failure('IDENTITY', messageOf(error)),
  );
  const inIt = await withDirectory(directory, async (root) => [
    ...(await examineOrganizations(root)),
    ...(await tryOut(root, now)),
  ]).catch((error: unknown) => [failure('LIST', messageOf(error))]);
  return [
    identity,
    ok('VERSIONING', 'none: a file has no versions; snapshots of the file system are not seen'),
    ok('OBJECT_LOCK', 'none'),
    ...inIt,
  ];
}

/** Each directory can be opened, is on the store's own file system, and lets entries be taken out of it. */
async function examineOrganizations(root: OpenDirectory): Promise<StoreFinding[]> {
  const [unread, unwritten]: string[][] = [[], []];
  let count = 0;
  for await (const entry of namesIn(root)) {
    const name = entry.toString();
    if (name.startsWith('.lethe-')) continue;
    count++;
    try {
      textOf(entry);
      await within(root, name, async (own) => {
        if (own === undefined) return;
        await access(own.path, constants.W_OK | constants.X_OK).catch((error: unknown) => {
          unwritten?.push(`${name}: ${codeOf(error)}`);
        });
        await own.sync();
      });
    } catch (error) {
      unread?.push(messageOf(error));
    }
  }
  const judge = (what: 'LIST' | 'DELETE', faults: readonly string[] = [], fine: string) =>
    faults.length === 0 ? ok(what, fine) : failure(what, `${faults.length} of ${count}: ${faults[0]}`);
  return [
    judge('LIST', unread, `${count} directories can be read`),
    judge('DELETE', unwritten, `files can be taken out of ${count} directories`),
  ];
}

/** With files of its own, where it may put any. Whoever may take files out of a directory may also put some into it. */
async function tryOut(root: OpenDirectory, now: () => Date): Promise<StoreFinding[]> {
  const name = `${randomUUID()}-\u00e5`;
  const path = root.at(TRIALS);
  try {
    await mkdir(path).catch((error: unknown) => {
      if (codeOf(error) !== 'EEXIST') throw error;
    });
    return await within(root, TRIALS, async (trials) => {
      if (trials === undefined) throw new Error('the directory of the trials is away');
      await writeFile(trials.at(name), 'trial', { flag: 'wx' });
      const { mtime } = await lstat(trials.at(name));
      const namesakes = [name.toUpperCase(), name.normalize('NFD')];
      const found = await Promise.all(namesakes.map((other) => lstat(trials.at(other)).catch(ifMissing)));
      const code = await unlinkBlock(trials, name);
      await trials.sync();
      const left = await lstat(trials.at(name)).catch(ifMissing);
      const clock = findingOfClock(mtime, now());
      if (left !== undefined) return [clock, failure('READ_BACK', `${name} is left: ${code ?? 'no reason'}`)];
      if (found.some((other) => other !== undefined))
        return [clock, failure('READ_BACK', 'names that differ in case or spelling are one file')];
      return [clock, ok('READ_BACK', 'what was put was found under its own name only, and is gone')];
    });
  } catch (error) {
    return [unknown('READ_BACK', `not tried: no file can be put into ${TRIALS} (${codeOf(error)})`)];
  } finally {
    await rmdir(path).catch(() => undefined);
  }
}
