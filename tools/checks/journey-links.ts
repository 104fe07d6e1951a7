// Every relative link of a document leads somewhere, and every path that a document names exists.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What git tracks or would track; so notes that are ignored are not checked. */
function documents(): string[] {
  const args = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.md'];
  const names = execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\0');
  return [...new Set(names)].filter((name) => name !== '' && existsSync(join(root, name)));
}

/** The text without code blocks, in which brackets and parentheses mean other things; lines keep their numbers. */
const withoutBlocks = (text: string): string =>
  text.replace(/^(```|~~~).*?^\1/gms, (block) => block.replace(/[^\n]/g, ''));

interface Reference {
  target: string;
  line: number;
  /** A path in code type counts from the root of the repository. */
  fromRoot: boolean;
}

function references(text: string): Reference[] {
  const found: Reference[] = [];
  withoutBlocks(text)
    .split('\n')
    .forEach((content, index) => {
      const add = (target: string | undefined, fromRoot: boolean): void => {
        if (target !== undefined) found.push({ target, line: index + 1, fromRoot });
      };
      const prose = content.replace(/`[^`]*`/g, '``');
      for (const match of prose.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)) add(match[1], false);
      add(/^\s*\[[^\]]+\]:\s+<?([^\s>]+)>?/.exec(prose)?.[1], false);
      // Code type that starts like a path of ours and holds no placeholder.
      for (const match of content.matchAll(/`((?:apps|libs|tools|proto|docs)\/[\w./@-]+)`/g)) {
        if (!match[1]?.includes('NNNN')) add(match[1], true);
      }
    });
  return found;
}

/** As the usual renderers make them: lower case, spaces to hyphens, the rest of the punctuation gone. */
function anchors(markdown: string): Set<string> {
  const seen = new Map<string, number>();
  const result = new Set<string>();
  for (const [, title = ''] of withoutBlocks(markdown).matchAll(/^#{1,6}\s+(.*?)\s*#*$/gm)) {
    const plain = title.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = plain.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    result.add(count === 0 ? slug : `${slug}-${count}`);
  }
  for (const [, name = ''] of markdown.matchAll(/<a\s+(?:id|name)="([^"]+)"/g)) result.add(name);
  return result;
}

/** What is wrong with a reference; undefined when nothing is. */
function fault(document: string, { target, fromRoot }: Reference): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(target) || target.startsWith('//')) return undefined; // elsewhere: not ours to check
  const [path = '', anchor] = target.split('#');
  const base = fromRoot || path.startsWith('/') ? root : join(root, dirname(document));
  const file = path === '' ? join(root, document) : join(base, decodeURIComponent(path));
  if (relative(root, file).startsWith('..')) return 'leads out of the repository';
  if (!existsSync(file)) return 'does not exist';
  if (anchor === undefined || anchor === '' || statSync(file).isDirectory()) return undefined;
  const text = readFileSync(file, 'utf8');
  const lines = /^L(\d+)(?:-L(\d+))?$/.exec(anchor);
  if (lines) {
    const last = Number(lines[2] ?? lines[1]);
    return last <= text.split('\n').length ? undefined : 'has fewer lines';
  }
  return !file.endsWith('.md') || anchors(text).has(anchor) ? undefined : 'has no such heading';
}

let checked = 0;
for (const document of documents()) {
  for (const reference of references(readFileSync(join(root, document), 'utf8'))) {
    checked++;
    const problem = fault(document, reference);
    if (problem === undefined) continue;
    console.error(`${document}:${reference.line}: ${reference.target} ${problem}`);
    process.exitCode = 1;
  }
}
console.log(`${checked} links and paths looked up`);
