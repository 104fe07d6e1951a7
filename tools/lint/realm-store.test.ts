import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const SOURCES = join(import.meta.dirname, '../../apps/realm-purge/src');
/** The tables of realms and their data: another store has others. */
const STORE_TABLES =
  /\b(?:from|join|into|update|lock|table)\s+(?:only\s+)?(realm|block|key_bundle|key_bundle_access|vlob_atom)\b/i;

/** Files outside of the store whose code speaks of its tables. */
function strays(): string[] {
  return readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !file.startsWith('testing/'))
    .filter((file) => !file.startsWith('store/'))
    .filter((file) => {
      const source = readFileSync(join(SOURCES, file), 'utf8');
      return [...source.matchAll(/`([^`]*)`/g)].some(([, text = '']) => STORE_TABLES.test(text));
    });
}

it("the realm store's SQL is in the store alone, so that a second store is a second folder", () => {
  expect(strays()).toEqual([]);
  // The rule can fail: the store itself would break it.
  expect(readFileSync(join(SOURCES, 'store/lethe/blocks.sql.ts'), 'utf8')).toMatch(STORE_TABLES);
});
