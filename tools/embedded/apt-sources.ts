import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codename } from './machine.js';
import { MissingPiece } from './missing-piece.js';
import { EMBEDDED_SERVERS, type Purpose } from './purpose.js';

/** One enabled `deb` entry of the machine's apt configuration. */
export interface AptSource {
  uris: string[];
  suites: string[];
  components: string[];
  /** A path, or the key itself; absent where apt's trusted keys apply. */
  signedBy?: string;
}

/** Every enabled binary source below `etc`, in apt's order, from both file formats (sources.list(5)). */
export async function machineSources(etc = '/etc/apt'): Promise<AptSource[]> {
  const partsDirectory = join(etc, 'sources.list.d');
  const parts = (await readdir(partsDirectory).catch(() => [])).sort();
  const sources: AptSource[] = [];
  for (const file of [join(etc, 'sources.list'), ...parts.map((part) => join(partsDirectory, part))]) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (file.endsWith('.list')) sources.push(...oneLineSources(text));
    else if (file.endsWith('.sources')) sources.push(...deb822Sources(text));
  }
  return sources;
}

/** `deb [signed-by=…] uri suite component…`, one on each line. */
export function oneLineSources(text: string): AptSource[] {
  const sources: AptSource[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*([^#]*)/.exec(line);
    if (match === null) continue;
    const [, options = '', uri = '', suite = '', components = ''] = match;
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1];
    sources.push({
      uris: [uri],
      suites: [suite],
      components: words(components),
      ...(signedBy === undefined ? {} : { signedBy }),
    });
  }
  return sources;
}

/** Stanzas of `Field: value` with continuation lines. */
export function deb822Sources(text: string): AptSource[] {
  const sources: AptSource[] = [];
  for (const stanza of text.replace(/^#.*\n?/gm, '').split(/\n\s*\n/)) {
    const fields = new Map<string, string>();
    for (const [, name = '', value = ''] of stanza.matchAll(/^([A-Za-z-]+):[ \t]*(.*(?:\n[ \t].*)*)/gm)) {
      fields.set(name.toLowerCase(), value);
    }
    const list = (name: string): string[] => words(fields.get(name) ?? '');
    if (!list('types').includes('deb') || /^(no|false|0)$/i.test(fields.get('enabled')?.trim() ?? ''))
      continue;
    const signedBy = fields.get('signed-by');
    sources.push({
      uris: list('uris'),
      suites: list('suites'),
      components: list('components'),
      ...(signedBy === undefined ? {} : { signedBy }),
    });
  }
  return sources;
}

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

/**
 * deb822 text for a private apt that sees only `suite`: the machine's own entries where it is the machine's release,
 * else its main archive with the suite replaced. So no address of an archive is written anywhere in this project.
 */
export async function sourcesFor(
  suite: string,
  etc?: string,
  purpose: Purpose = EMBEDDED_SERVERS,
): Promise<string> {
  const own = await codename();
  const wanted = (source: AptSource): string[] => {
    if (suite !== own) return source.suites.includes(own) ? [suite] : [];
    return source.suites.filter((s) => s === own || s === `${own}-updates` || s === `${own}-security`);
  };
  const stanzas: string[] = [];
  for (const source of await machineSources(etc)) {
    const suites = wanted(source);
    const components = source.components.filter((c) => c === 'main' || c === 'universe');
    if (suites.length === 0 || components.length === 0) continue;
    const lines = [
      'Types: deb',
      `URIs: ${source.uris.join(' ')}`,
      `Suites: ${suites.join(' ')}`,
      `Components: ${components.join(' ')}`,
    ];
    if (source.signedBy !== undefined) lines.push(`Signed-By: ${source.signedBy}`);
    stanzas.push(`${lines.join('\n')}\n`);
  }
  if (stanzas.length === 0) {
    throw new MissingPiece(
      `No apt source of this machine carries ${own}: add the distribution's main archive to /etc/apt, or ${purpose.instead}.`,
    );
  }
  return stanzas.join('\n');
}
