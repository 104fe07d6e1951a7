import { within, namesIn, type OpenDirectory } from './filesystem-directory.js';
import { FilesystemStoreError } from './filesystem-error.js';

export type WithOrganization = <T>(
  root: OpenDirectory,
  organization: string,
  work: (directory: OpenDirectory | undefined) => Promise<T>,
) => Promise<T>;

const REMEMBERED = 1_000;

/**
 * Opens an organization's directory; undefined: there is none, and that will still be so when the power fails. It must have exactly
 * that name: a file system that does not tell upper from lower case, or takes two spellings of a letter for one, opens another
 * organization's.
 */
export function createOrganizations(): WithOrganization {
  /** Directories that were seen under their names. */
  const seen = new Map<string, string>();

  return (root, organization, work) =>
    within(root, organization, async (directory) => {
      if (directory === undefined) {
        await root.sync();
        return work(undefined);
      }
      if (seen.get(organization) !== directory.identity) {
        if (!(await isNamed(root, Buffer.from(organization))))
          throw new FilesystemStoreError(
            'OtherName',
            `the file system takes ${organization} for another name`,
          );
        if (seen.size >= REMEMBERED) seen.clear();
        seen.set(organization, directory.identity);
      }
      return work(directory);
    });
}

async function isNamed(root: OpenDirectory, wanted: Buffer): Promise<boolean> {
  for await (const name of namesIn(root)) if (name.equals(wanted)) return true;
  return false;
}
