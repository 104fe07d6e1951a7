import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codename, exists } from './machine.js';
import { debianProgram, privateApt, type PrivateApt } from './private-apt.js';
import type { Purpose } from './purpose.js';

/** What to unpack into the cache. */
export interface DebsRequest {
  cache: string;
  /** The first word of the cache folder's name. */
  id: string;
  suite: string;
  /** The packages; the first one's version is the manifest's. */
  names: string[];
  /** Unpack every library package they need, too. */
  libraries?: boolean;
  /** What counts as a library in this; C libraries, unless something else. */
  follow?: RegExp;
  /** Libraries to leave out. */
  skip?: RegExp;
  /** The only programs of usr/bin to keep. */
  keepPrograms?: string[];
  /** Of the directories that are removed after unpacking (see NOT_RUN), those to keep. */
  keep?: string[];
  /** Makes the unpacked folder ready, before it appears. */
  finish?: (folder: string) => Promise<void>;
  /** May refuse the suite's version of the first package. */
  accept?: (version: string) => boolean;
  /** Said where they cannot be had; the embedded servers, unless something else. */
  purpose?: Purpose;
  say?: (line: string) => void;
}

/** What a cache folder holds, written there as manifest.json. */
interface Manifest {
  suite: string;
  version: string | null;
  refused?: boolean;
  bytes: number;
  packages: string[];
}

/** What the programs do not need to run. */
const NOT_RUN = ['apt', 'debs', 'usr/share', 'usr/lib/python3', 'etc', 'var'];

/**
 * Unpacks packages of `suite` into the cache, once; the answer is the folder, or undefined when the suite has no
 * version that is accepted. Nothing is installed: no maintainer script runs. A folder appears whole or not at all.
 */
export async function ensureDebs(request: DebsRequest): Promise<string | undefined> {
  const { cache, id, suite, names } = request;
  const identity = [
    4,
    process.arch,
    await codename(),
    suite,
    names,
    request.libraries,
    String(request.skip),
    request.keepPrograms,
    ...(request.follow || request.keep ? [String(request.follow), request.keep] : []),
  ];
  const key = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 10);
  const prefix = join(cache, `${id}-${suite}-${key}`);
  const manifestFile = join(prefix, 'manifest.json');
  if (!(await exists(manifestFile))) {
    await removeAbandoned(cache);
    const temporary = `${prefix}.tmp-${process.pid}-${randomBytes(4).toString('hex')}`;
    try {
      await unpack(request, temporary);
      await rename(temporary, prefix).catch(async (error: unknown) => {
        if (!(await exists(manifestFile))) throw error; // else another start was faster
      });
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }
  const manifest = JSON.parse(await readFile(manifestFile, 'utf8')) as Manifest;
  return manifest.refused ? undefined : prefix;
}

async function unpack(request: DebsRequest, into: string): Promise<void> {
  const { suite, names, accept = () => true, say } = request;
  const downloads = join(into, 'debs');
  await mkdir(downloads, { recursive: true });
  const apt = await privateApt(into, suite, undefined, request.purpose);
  const version = await candidate(apt, names[0] ?? '');
  const manifest: Manifest = { suite, version, bytes: 0, packages: [] };
  if (version === null || !accept(version)) {
    manifest.refused = true;
  } else {
    const all = request.libraries ? await libraryClosure(apt, request) : names;
    say?.(`fetching ${names[0]} ${version} and what it needs (${all.length} Debian packages)`);
    await apt.run('apt-get', ['-q', 'download', ...all], downloads); // checks the signed hashes
    for (const file of (await readdir(downloads)).sort()) {
      manifest.bytes += (await stat(join(downloads, file))).size;
      manifest.packages.push(decodeURIComponent(file));
      await debianProgram('dpkg-deb', ['-x', join(downloads, file), into], {}, request.purpose);
    }
  }
  for (const directory of NOT_RUN) {
    if (!request.keep?.includes(directory)) await rm(join(into, directory), { recursive: true, force: true });
  }
  if (request.keepPrograms) {
    for (const program of await readdir(join(into, 'usr/bin')).catch(() => [])) {
      if (!request.keepPrograms.includes(program)) await rm(join(into, 'usr/bin', program));
    }
  }
  if (!manifest.refused) await request.finish?.(into);
  await writeFile(join(into, 'manifest.json'), JSON.stringify(manifest, null, 1));
}

async function candidate(apt: PrivateApt, name: string): Promise<string | null> {
  const version = /Candidate: (\S+)/.exec(await apt.run('apt-cache', ['policy', name]))?.[1];
  return version === undefined || version === '(none)' ? null : version;
}

/** `names` and every library they need; programs (python, perl, lvm2, …) are left out, and libc is the machine's. */
async function libraryClosure(apt: PrivateApt, request: DebsRequest): Promise<string[]> {
  const { names, follow = /^(lib|zlib1g)/, skip = /$^/ } = request;
  const seen = new Set(names);
  for (let frontier = [...names]; frontier.length > 0;) {
    const out = await apt.run('apt-cache', ['depends', '--important', ...frontier]);
    frontier = [];
    let isAlternative = false; // a later member of an `a | b` group
    for (const [, bar, name = ''] of out.matchAll(/^ (.)(?:Pre)?Depends: (\S+)/gm)) {
      const skipped = isAlternative;
      isAlternative = bar === '|';
      if (skipped || seen.has(name) || !follow.test(name) || skip.test(name)) continue;
      seen.add(name);
      frontier.push(name);
    }
  }
  return [...seen].sort();
}

/** Removes what starts that were killed while unpacking have left; young ones may be at work still. */
async function removeAbandoned(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (!name.includes('.tmp-')) continue;
    const path = join(cache, name);
    const modified = (await stat(path).catch(() => undefined))?.mtimeMs ?? Infinity;
    if (Date.now() - modified > 3_600_000) await rm(path, { recursive: true, force: true });
  }
}
