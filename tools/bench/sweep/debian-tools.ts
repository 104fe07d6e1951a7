import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '../../embedded/cache.js';
import { ensureDebs } from '../../embedded/debs.js';
import { codename } from '../../embedded/machine.js';
import { MissingPiece } from '../../embedded/missing-piece.js';
import type { Purpose } from '../../embedded/purpose.js';

/** Other people's programs that delete from S3, as Debian has them. */
export interface DebianTools {
  readonly rclone: string;
  /** Python, its arguments before a script of these, and what the environment has to say. */
  readonly python: string;
  readonly aws: string;
  readonly s3cmd: string;
  readonly env: Readonly<Record<string, string>>;
}

const TOOLS: Purpose = {
  what: 'awscli, s3cmd, rclone and boto3, which the sweep is compared with,',
  instead: 'leave --others out',
};

/** Maintainer scripts and documentation need these; deletions do not. libc and the compiler's run time are the machine's. */
const NOT_NEEDED =
  /^(libc6|libgcc-s1|libstdc\+\+6|libpam.*|libsemanage.*|libsepol.*|libaudit.*|libselinux.*|libpcre2.*|python3-(lib2to3|distutils|setuptools|dev|doc))$/;

/** Unpacks them into the cache, once, without installing anything. Only the benchmark asks for them. */
export async function debianTools(say: (line: string) => void): Promise<DebianTools> {
  const prefix = await ensureDebs({
    cache: await cacheDirectory(undefined, process.env),
    id: 's3-tools',
    suite: await codename(undefined, TOOLS),
    names: ['awscli', 's3cmd', 'rclone', 'python3-boto3', 'python3'],
    libraries: true,
    follow: /^(lib|zlib1g|python3)/,
    skip: NOT_NEEDED,
    keep: ['usr/lib/python3', 'usr/share'],
    purpose: TOOLS,
    say,
  });
  if (prefix === undefined)
    throw new MissingPiece(`This machine's package sources carry no awscli: ${TOOLS.instead}.`);
  const programs = join(prefix, 'usr/bin');
  const python = (await readdir(programs)).find((name) => /^python3\.\d+$/.test(name)) ?? '';
  const lib = join(prefix, 'usr/lib');
  const triplet = (await readdir(lib)).find((name) => name.endsWith('-linux-gnu')) ?? '';
  return {
    python: join(programs, python),
    rclone: join(programs, 'rclone'),
    aws: join(programs, 'aws'),
    s3cmd: join(programs, 's3cmd'),
    env: {
      PYTHONHOME: join(prefix, 'usr'),
      PYTHONNOUSERSITE: '1',
      LD_LIBRARY_PATH: [join(lib, triplet), join(prefix, 'lib', triplet)].join(':'),
      LC_ALL: 'C.UTF-8',
    },
  };
}
