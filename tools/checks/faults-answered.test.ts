import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/faults-answered.md'), 'utf8');
const FAULTS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'];

interface Named {
  readonly fault: string;
  readonly path: string;
  readonly title: string;
}

/** The tests that a row of the page names, as `[file](../path): “title”`. */
function named(): Named[] {
  const rows = [...page.matchAll(/^\| *(\d+) *\|(.*)\|$/gm)];
  return rows.flatMap(([, fault = '', row = '']) =>
    [...row.matchAll(/\]\(\.\.\/([^)]+\.test\.ts)\): “([^”]+)”/g)].map(([, path = '', title = '']) => ({
      fault,
      path,
      title,
    })),
  );
}

/** Whether a file has a test of this title that is run: not one that is skipped, nor a comment that quotes it. */
function hasTest({ path, title }: Pick<Named, 'path' | 'title'>): boolean {
  const file = join(root, path);
  if (!existsSync(file)) return false;
  const quoted = title.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  // A table of cases, whose calls end in `])(` or `))(`, stands before some titles.
  return new RegExp(`(?:\\bit|[\\])\\w]\\))\\(\\s*(['"\`])${quoted}\\1`).test(readFileSync(file, 'utf8'));
}

describe('the page of faults', () => {
  it('answers each of the nine with a test', () => {
    expect([...new Set(named().map(({ fault }) => fault))]).toEqual(FAULTS);
    expect(page.match(/^\| *\d+ *\|/gm)).toHaveLength(FAULTS.length);
  });

  it('says of each file which test in it is meant', () => {
    const links = [...page.split('| shown by')[1]!.matchAll(/\.test\.ts\)/g)];
    expect(named()).toHaveLength(links.length);
  });

  it.each(named())('names a test that there is, for fault $fault: $title', (test) => {
    expect(hasTest(test), `${test.path} has no test “${test.title}”`).toBe(true);
  });

  it('would notice a test, or a file, that is gone', () => {
    const [one] = named() as [Named];
    expect(hasTest({ ...one, title: `${one.title} no more` })).toBe(false);
    expect(hasTest({ ...one, path: 'apps/gone.test.ts' })).toBe(false);
  });
});
