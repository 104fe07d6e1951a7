import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureDebs } from './debs.js';
import { codename } from './machine.js';
import { MissingPiece } from './missing-piece.js';

/** Where the unpacked programs and libraries of Ceph are. */
export interface CephPackages {
  programs: string;
  libraries: string;
  /** What has to be on the library path. */
  libraryPath: string;
}

const PROGRAMS = ['ceph-mon', 'ceph-osd', 'radosgw', 'radosgw-admin', 'monmaptool', 'osdmaptool'];

/** libc and the compiler's run time are the machine's; the rest is not needed by these programs. */
const NOT_NEEDED =
  /^(libc6|libgcc-s1|libstdc\+\+6|librbd1|librgw2|libcephfs2|libradosstriper1|libbabeltrace1)$/;

/** Ceph of this machine's release, since its programs need that release's libraries. */
export async function cephPackages(cache: string, say: (line: string) => void): Promise<CephPackages> {
  const prefix = await ensureDebs({
    cache,
    id: 'ceph',
    suite: await codename(),
    names: ['ceph-mon', 'ceph-osd', 'ceph-base', 'ceph-common', 'radosgw'],
    libraries: true,
    skip: NOT_NEEDED,
    keepPrograms: PROGRAMS,
    say,
  });
  if (prefix === undefined) {
    throw new MissingPiece(
      "This machine's package sources carry no Ceph, which is the embedded S3 server: set S3_ENDPOINT and its keys to a server of your own.",
    );
  }
  const triplet = (await readdir(join(prefix, 'usr/lib'))).find((name) => name.endsWith('-linux-gnu')) ?? '';
  const libraries = join(prefix, 'usr/lib', triplet);
  return {
    programs: join(prefix, 'usr/bin'),
    libraries,
    libraryPath: [libraries, join(libraries, 'ceph'), join(prefix, 'lib', triplet)].join(':'),
  };
}
