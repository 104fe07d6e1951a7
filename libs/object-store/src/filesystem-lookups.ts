import { findEntry } from './filesystem-block.js';
import { withRoot, type StoreDirectory } from './filesystem-directory.js';
import type { FilePlace } from './filesystem-key.js';
import type { WithOrganization } from './filesystem-organization.js';
import { inTurns } from './in-turns.js';
import type { ListedVersion } from './object-store.js';

interface Waiting {
  readonly name: string;
  readonly resolve: (found: ListedVersion | undefined) => void;
  readonly reject: (error: unknown) => void;
}

const LOOKS_AT_ONCE = 8;

/**
 * Looks up blocks one by one. Those of an organization that are asked for at once share what a look costs besides: opening the
 * directory, the marker, and making sure that nothing of what is not there comes back when the power fails. Whoever took it out may
 * have died before doing so.
 */
export function createLookups(
  store: StoreDirectory,
  withOrganization: WithOrganization,
): (place: FilePlace) => Promise<ListedVersion | undefined> {
  const waiting = new Map<string, Waiting[]>();

  async function look(organization: string): Promise<void> {
    const asked = waiting.get(organization) ?? [];
    waiting.delete(organization);
    try {
      const found = await withRoot(store, (root) =>
        withOrganization(root, organization, async (directory) => {
          if (directory === undefined) return [];
          const entries: (ListedVersion | undefined)[] = [];
          await inTurns(asked, LOOKS_AT_ONCE, async ({ name }, i) => {
            entries[i] = await findEntry(directory, name, `${organization}/${name}`);
          });
          await directory.sync();
          return entries;
        }),
      );
      asked.forEach(({ resolve }, i) => resolve(found[i]));
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }

  return ({ organization, name }) =>
    new Promise((resolve, reject) => {
      const others = waiting.get(organization);
      if (others) {
        others.push({ name, resolve, reject });
        return;
      }
      waiting.set(organization, [{ name, resolve, reject }]);
      setImmediate(() => void look(organization));
    });
}
