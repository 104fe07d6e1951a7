import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deb822Sources, machineSources, oneLineSources } from './apt-sources.js';

describe('one-line format', () => {
  test('reads address, suite, components and the key', () => {
    const text =
      'deb [arch=amd64 signed-by=/keys/debian.gpg] http://archive.test/debian bookworm main contrib # ours\n';
    expect(oneLineSources(text)).toEqual([
      {
        uris: ['http://archive.test/debian'],
        suites: ['bookworm'],
        components: ['main', 'contrib'],
        signedBy: '/keys/debian.gpg',
      },
    ]);
  });

  test('leaves out comments, sources of source packages and what is no source', () => {
    const lines = [
      '# deb http://archive.test/debian bookworm main',
      'deb-src http://archive.test/debian bookworm main',
      'debug http://archive.test/debian bookworm main',
      '',
    ];
    expect(oneLineSources(lines.join('\n'))).toEqual([]);
  });

  test('a source without options has no key of its own', () => {
    const [source] = oneLineSources('  deb\thttp://archive.test/debian  trixie  main');
    expect(source).toEqual({
      uris: ['http://archive.test/debian'],
      suites: ['trixie'],
      components: ['main'],
    });
  });
});

describe('deb822 format', () => {
  test('reads stanzas with several suites, comments and continuation lines', () => {
    const text = `# the archive
Types: deb deb-src
URIs: http://archive.test/debian
# a comment within
Suites: bookworm bookworm-updates
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF

types: deb
uris: http://security.test/debian-security
suites: bookworm-security
components: main
`;
    const [archive, security] = deb822Sources(text);
    expect(archive).toMatchObject({
      uris: ['http://archive.test/debian'],
      suites: ['bookworm', 'bookworm-updates'],
      components: ['main'],
    });
    expect(archive?.signedBy).toContain('\n mQINBF');
    expect(security).toMatchObject({ suites: ['bookworm-security'] });
  });

  test('leaves out stanzas that are switched off or have no binaries', () => {
    const stanza = 'URIs: http://archive.test/debian\nSuites: bookworm\nComponents: main\n';
    expect(deb822Sources(`Types: deb\nEnabled: no\n${stanza}`)).toEqual([]);
    expect(deb822Sources(`Types: deb-src\n${stanza}`)).toEqual([]);
    expect(deb822Sources(`Types: deb\nEnabled: yes\n${stanza}`)).toHaveLength(1);
  });
});

describe("the machine's configuration", () => {
  let etc: string;
  beforeAll(async () => {
    etc = await mkdtemp(join(tmpdir(), 'lethe-apt-'));
    await mkdir(join(etc, 'sources.list.d'));
    await writeFile(join(etc, 'sources.list'), 'deb http://one.test/ bookworm main\n');
    const stanza = 'Types: deb\nURIs: http://two.test/\nSuites: bookworm\nComponents: main\n';
    await writeFile(join(etc, 'sources.list.d/b.sources'), stanza);
    await writeFile(join(etc, 'sources.list.d/a.list'), 'deb http://three.test/ bookworm main\n');
    await writeFile(join(etc, 'sources.list.d/c.list.save'), 'deb http://four.test/ bookworm main\n');
  });
  afterAll(() => rm(etc, { recursive: true }));

  test('is read in the order of apt, and only files that apt reads', async () => {
    const uris = (await machineSources(etc)).flatMap((source) => source.uris);
    expect(uris).toEqual(['http://one.test/', 'http://three.test/', 'http://two.test/']);
  });

  test('may be missing', async () => {
    expect(await machineSources(join(etc, 'absent'))).toEqual([]);
  });
});
