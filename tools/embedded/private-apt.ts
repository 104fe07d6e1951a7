import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sourcesFor } from './apt-sources.js';
import { complaint, MissingPiece } from './missing-piece.js';
import { EMBEDDED_SERVERS, type Purpose } from './purpose.js';

const execute = promisify(execFile);

/** An apt with its own lists and cache below a directory of ours; the system's state is neither read nor changed. */
export interface PrivateApt {
  run(program: 'apt-get' | 'apt-cache', args: string[], cwd?: string): Promise<string>;
}

/** Runs one of Debian's programs; without it, or when it fails, ends in a sentence. */
export async function debianProgram(
  program: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
  purpose: Purpose = EMBEDDED_SERVERS,
): Promise<string> {
  try {
    return (await execute(program, args, { maxBuffer: 1 << 28, ...options })).stdout;
  } catch (error) {
    const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === 'ENOENT') {
      throw new MissingPiece(
        `This machine has no ${program}, so ${purpose.what} cannot be fetched: ${purpose.instead}.`,
      );
    }
    throw new MissingPiece(
      `Fetching the Debian packages of ${purpose.what} failed (${program}: ${complaint(stderr || message)}): check the network and the machine's apt sources, or ${purpose.instead}.`,
    );
  }
}

/** Opens a private apt for one suite and fetches its package lists. apt checks their signatures as it does always. */
export async function privateApt(
  directory: string,
  suite: string,
  etc?: string,
  purpose: Purpose = EMBEDDED_SERVERS,
): Promise<PrivateApt> {
  const root = join(directory, 'apt', suite);
  for (const sub of ['lists/partial', 'archives/partial', 'parts', 'log']) {
    await mkdir(join(root, sub), { recursive: true });
  }
  await writeFile(join(root, 'status'), ''); // nothing is installed: resolves the same on every machine
  await writeFile(join(root, 'apt.sources'), await sourcesFor(suite, etc, purpose));
  // Keep how the machine reaches its archives (proxies, certificates); drop its hooks.
  const dump = await debianProgram('apt-config', ['dump'], {}, purpose);
  const kept = dump
    .split('\n')
    .filter((line) => /^Acquire::(?!IndexTargets|Languages|Changelogs)/.test(line));
  await writeFile(join(root, 'apt.conf'), `${kept.join('\n')}\n`);
  const settings = {
    'Dir::State': root,
    'Dir::State::lists': join(root, 'lists'),
    'Dir::State::status': join(root, 'status'),
    'Dir::Cache': root,
    'Dir::Cache::archives': join(root, 'archives'),
    'Dir::Cache::pkgcache': 'pkg.bin',
    'Dir::Cache::srcpkgcache': 'src.bin',
    'Dir::Etc::main': join(root, 'apt.conf'),
    'Dir::Etc::parts': join(root, 'parts'),
    'Dir::Etc::sourcelist': join(root, 'apt.sources'),
    'Dir::Etc::sourceparts': join(root, 'parts'),
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': join(root, 'parts'),
    'Dir::Log': join(root, 'log'),
    'APT::Sandbox::User': '',
    'Acquire::Languages': 'none',
    'Acquire::PDiffs': 'false',
    'Acquire::Retries': '3',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled': 'false',
    'Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled': 'false',
    'Acquire::GzipIndexes': 'false',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const env = { ...process.env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
  const apt: PrivateApt = {
    run: (program, args, cwd = root) => debianProgram(program, [...options, ...args], { cwd, env }, purpose),
  };
  await apt.run('apt-get', ['-q', 'update', '-o', 'APT::Update::Error-Mode=any']);
  return apt;
}
