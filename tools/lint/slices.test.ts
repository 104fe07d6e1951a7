import { RuleTester } from 'eslint';
import tseslint from 'typescript-eslint';
import { afterAll, describe, it } from 'vitest';
import plugin from './plugin.mjs';

Object.assign(RuleTester, { afterAll, describe, it, itOnly: it.only });

const tester = new RuleTester({
  languageOptions: { parser: tseslint.parser, ecmaVersion: 2023, sourceType: 'module' },
});
const slice = '/repo/apps/gateway/src/delete-workspace/delete-workspace.http.ts';
const sibling = (to: string) => [{ messageId: 'sibling' as const, data: { from: 'delete-workspace', to } }];

tester.run('no-sibling-slices', plugin.rules['no-sibling-slices'], {
  valid: [
    { filename: slice, code: `import { remove } from './delete-workspace.js'` },
    { filename: slice, code: `import { decode } from './wire/body.js'` },
    { filename: slice, code: `import { Workspace } from '../workspace/workspace.js'` },
    { filename: slice, code: `import { config } from '../config.js'` },
    { filename: slice, code: `import { EVENTS } from '@lethe/contracts'` },
    { filename: slice, code: `import pLimit from 'p-limit'` },
    // The wiring and the nouns know slices; slices do not know each other.
    {
      filename: '/repo/apps/gateway/src/gateway.ts',
      code: `import './delete-workspace/delete-workspace.js'`,
    },
    { filename: '/repo/apps/gateway/src/http/routes.ts', code: `import '../delete-workspace/route.js'` },
    { filename: '/repo/libs/x/src/a-b/c.ts', code: `import '../d-e/f.js'` },
  ],
  invalid: [
    {
      filename: slice,
      code: `import { bin } from '../list-workspaces/bin.js'`,
      errors: sibling('list-workspaces'),
    },
    {
      filename: slice,
      code: `export * from '../restore-workspace/x.js'`,
      errors: sibling('restore-workspace'),
    },
    { filename: slice, code: `export { a } from '../get-deletion/x.js'`, errors: sibling('get-deletion') },
    { filename: slice, code: `await import('../get-deletion/x.js')`, errors: sibling('get-deletion') },
    {
      filename: slice,
      code: `import type { A } from '../get-deletion/x.js'`,
      errors: sibling('get-deletion'),
    },
    { filename: slice, code: `type A = import('../get-deletion/x.js').A`, errors: sibling('get-deletion') },
    {
      filename: '/repo/apps/gateway/src/delete-workspace/wire/body.ts',
      code: `import '../../get-deletion/x.js'`,
      errors: sibling('get-deletion'),
    },
    {
      filename: slice.replaceAll('/', '\\').replace('\\repo', 'C:\\repo').replaceAll('\\', '/'),
      code: `import '../get-deletion/x.js'`,
      errors: sibling('get-deletion'),
    },
  ],
});
