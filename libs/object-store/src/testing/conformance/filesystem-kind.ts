import { randomUUID } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createFilesystemStore } from '../../filesystem-store.js';
import { STORE_MARKERS, type ObjectStore } from '../../object-store.js';
import { withoutPrivilege } from '../without-privilege.js';
import type { Kind } from './kind.js';

/** A directory of the machine's own file system. */
export const directoryOfFiles: Kind = {
  name: 'a directory of files',
  traits: { reachable: true, versioning: 'none', mfaDelete: false, objectLock: false },
  keysAtOnce: 1_000,
  examined: {},
  hasUploads: false,
  hasRights: true,
  async open({ mayDelete = true } = {}) {
    const directory = await mkdtemp(join(tmpdir(), 'lethe-files-'));
    const id = randomUUID();
    const stores: ObjectStore[] = [];
    const open = (over: { listingItems?: number; directory?: string }) => {
      const store = createFilesystemStore({ name: 'files', id, directory, ...over });
      stores.push(store);
      return mayDelete ? store : withoutPrivilege(store);
    };
    const marker = (name: string) => join(directory, STORE_MARKERS, name);
    await chmod(directory, 0o755);
    await mkdir(join(directory, STORE_MARKERS));
    await writeFile(marker(id), 'marker');
    return {
      id,
      store: (over) => open({ ...over }),
      missing: () => open({ directory: join(directory, 'is-not-there') }),
      async put(...keys) {
        for (const key of keys) {
          const path = join(directory, key);
          await mkdir(dirname(path), { recursive: true });
          await chmod(dirname(path), 0o755);
          await writeFile(path, 'x');
          if (!mayDelete) await chmod(dirname(path), 0o555);
        }
      },
      async contents() {
        const entries = await readdir(directory, { withFileTypes: true, recursive: true });
        return entries
          .filter((entry) => !entry.isDirectory())
          .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
          .filter((key) => !key.startsWith(STORE_MARKERS))
          .sort();
      },
      putMarker: (name) => writeFile(marker(name), 'marker'),
      removeMarker: (name) => rm(marker(name)),
      async close() {
        for (const store of stores) store.close();
        for (const entry of await readdir(directory)) await chmod(join(directory, entry), 0o755);
        await rm(directory, { recursive: true });
      },
    };
  },
};
