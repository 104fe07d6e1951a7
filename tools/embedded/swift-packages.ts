import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { ensureDebs } from './debs.js';
import { codename } from './machine.js';
import { MissingPiece } from './missing-piece.js';
import type { Purpose } from './purpose.js';

/** Where the unpacked Python and Swift are. */
export interface SwiftPackages {
  python: string;
  /** Swift does not authenticate anybody without it. */
  memcached: string;
  /** What Python has to be told, so that it sees nothing of the machine's own. */
  env: Record<string, string>;
}

const SWIFT: Purpose = {
  what: 'OpenStack Swift, the second S3 server that tests are run against,',
  instead: 'run what needs it on a Debian-like machine whose apt sources have the main archive',
};

/** Python, Swift, and whatever they need of libraries and modules. */
const FOLLOWED = /^(lib|zlib1g|python3)/;

/**
 * libc and the compiler's run time are the machine's. The rest serves maintainer scripts, documentation and the like,
 * which do not run here.
 */
const NOT_NEEDED =
  /^(libc6|libgcc-s1|libstdc\+\+6|libpam.*|libsemanage.*|libsepol.*|libaudit.*|libselinux.*|libpcre2.*|python3-(docutils|roman|lib2to3|distutils|setuptools|paste|tempita|dev|doc))$/;

/** Swift of this machine's release, with a Python of its own: the machine's may be missing, or another. */
export async function swiftPackages(cache: string, say: (line: string) => void): Promise<SwiftPackages> {
  const prefix = await ensureDebs({
    cache,
    id: 'swift',
    suite: await codename(undefined, SWIFT),
    names: ['python3-swift', 'python3', 'memcached'],
    libraries: true,
    follow: FOLLOWED,
    skip: NOT_NEEDED,
    keep: ['usr/lib/python3'],
    finish: compile,
    purpose: SWIFT,
    say,
  });
  if (prefix === undefined)
    throw new MissingPiece(
      `This machine's package sources carry no python3-swift, so ${SWIFT.what} cannot be fetched: ${SWIFT.instead}.`,
    );
  return describe(prefix);
}

async function describe(prefix: string): Promise<SwiftPackages> {
  const python = (await readdir(join(prefix, 'usr/bin'))).find((name) => /^python3\.\d+$/.test(name)) ?? '';
  const lib = join(prefix, 'usr/lib');
  const triplet = (await readdir(lib)).find((name) => name.endsWith('-linux-gnu')) ?? '';
  return {
    python: join(prefix, 'usr/bin', python),
    memcached: join(prefix, 'usr/bin/memcached'),
    env: {
      PYTHONHOME: join(prefix, 'usr'),
      PYTHONDONTWRITEBYTECODE: '1', // the cache belongs to whoever filled it
      PYTHONNOUSERSITE: '1',
      PYTHONSAFEPATH: '1',
      LD_LIBRARY_PATH: [join(lib, triplet), join(prefix, 'lib', triplet)].join(':'),
      LC_ALL: 'C.UTF-8',
    },
  };
}

/** What a maintainer script does elsewhere; else each of four servers compiles all it loads, at each start. */
async function compile(folder: string): Promise<void> {
  const { python, env } = await describe(folder);
  const { PYTHONDONTWRITEBYTECODE: _, ...writing } = env;
  const trees = [join(folder, 'usr/lib', basename(python)), join(folder, 'usr/lib/python3')];
  // A few files are templates and no Python: that they cannot be compiled fails nothing.
  const script =
    'import compileall, sys\nfor tree in sys.argv[1:]: compileall.compile_dir(tree, quiet=2, workers=0)';
  await promisify(execFile)(python, ['-c', script, ...trees], { env: { ...process.env, ...writing } });
}
