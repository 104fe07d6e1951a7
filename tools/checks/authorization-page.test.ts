import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { expect, it } from 'vitest';
import { authorizationPage } from './authorization-page.js';

const file = join(import.meta.dirname, '../../docs/authorization.md');

it('docs/authorization.md is what the tables say: run "npm run generate:authorization" and commit it', async () => {
  const options = { ...(await resolveConfig(file)), parser: 'markdown' };
  const asFormatted = (text: string) => format(text, options);
  expect(await readFile(file, 'utf8')).toBe(await asFormatted(authorizationPage()));
});
