import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
let eslint: ESLint;
beforeAll(() => {
  // The repository's own configuration without what needs types: boundaries are read from the text.
  const untyped = tseslint.configs.disableTypeChecked as { rules: Record<string, 'off'> };
  eslint = new ESLint({
    cwd: root,
    overrideConfig: [
      { files: ['**/*.ts'], rules: untyped.rules, languageOptions: { parserOptions: { project: null } } },
    ],
  });
});

async function rulesAgainst(filePath: string, code: string): Promise<(string | null)[]> {
  const [result] = await eslint.lintText(code, { filePath: `${root}/${filePath}` });
  return result!.messages.map((message) => message.ruleId ?? message.message);
}

const BOUNDARY = '@nx/enforce-module-boundaries';
const CLI = 'apps/cli/src/main.ts';
const LIB = 'libs/outcome/src/refusal.ts';

describe('the boundaries between packages', () => {
  it('let an app and a library import a library', async () => {
    expect(await rulesAgainst(CLI, `export * from '@lethe/outcome';\n`)).toEqual([]);
    expect(await rulesAgainst(LIB, `export * from '@lethe/contracts';\n`)).toEqual([]);
  });

  // By name there is nothing to import: an app exports nothing.
  it('let nobody import an app', async () => {
    const code = `export * from '../../gateway/src/main.js';\n`;
    expect(await rulesAgainst(CLI, code)).toEqual([BOUNDARY]);
    expect(await rulesAgainst(LIB, code.replace('../..', '../../../apps'))).toEqual([BOUNDARY]);
  });

  it('let nobody import tools, by name or by path', async () => {
    expect(await rulesAgainst(CLI, `export * from '@lethe/tools';\n`)).toContain('no-restricted-imports');
    expect(await rulesAgainst(LIB, `export * from '../../../tools/embedded/index.js';\n`)).toEqual([
      BOUNDARY,
    ]);
  });

  it('keep the testkit out of what is shipped', async () => {
    const code = `export * from '@lethe/testkit';\n`;
    expect(await rulesAgainst(CLI, code)).toEqual(['no-restricted-imports']);
    expect(await rulesAgainst('apps/cli/src/main.test.ts', code)).toEqual([]);
  });
}, 30_000);
