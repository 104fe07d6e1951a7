import { RuleTester } from 'eslint';
import tseslint from 'typescript-eslint';
import { afterAll, describe, it } from 'vitest';
import plugin from './plugin.mjs';

Object.assign(RuleTester, { afterAll, describe, it, itOnly: it.only });

const tester = new RuleTester({
  languageOptions: { parser: tseslint.parser, ecmaVersion: 2023, sourceType: 'module' },
});
const inApp = (file: string) => `/repo/apps/gateway/src/${file}`;
const errors = [{ messageId: 'elsewhere' as const }];

tester.run('environment-in-config', plugin.rules['environment-in-config'], {
  valid: [
    { filename: inApp('config.ts'), code: `export const config = (env = process.env) => env` },
    { filename: inApp('journey.e2e.test.ts'), code: `process.env.DATABASE_URL` },
    { filename: '/repo/libs/testkit/src/database.ts', code: `process.env.DATABASE_URL` },
    { filename: inApp('main.ts'), code: `process.exit(settings.env)` },
  ],
  invalid: [
    { filename: inApp('main.ts'), code: `run(process.env)`, errors },
    { filename: inApp('delete-workspace/route.ts'), code: `process['env']['A']`, errors },
    { filename: inApp('main.ts'), code: `const { env } = process`, errors },
    { filename: inApp('main.ts'), code: `import { env } from 'node:process'`, errors },
    { filename: '/repo/libs/service/src/log.ts', code: `process.env.LOG_LEVEL`, errors },
    { filename: inApp('old-config.ts'), code: `process.env.LOG_LEVEL`, errors },
  ],
});

tester.run('sql-in-sql-files', plugin.rules['sql-in-sql-files'], {
  valid: [
    { filename: inApp('a-b/a-b.sql.ts'), code: 'query(`SELECT 1`)' },
    { filename: inApp('a-b/a-b.db.test.ts'), code: 'query(`DELETE FROM block`)' },
    {
      filename: inApp('a-b/a-b.ts'),
      code: `say('Select a workspace'); say('DELETE /workspace'); say('UPDATE me')`,
    },
    { filename: inApp('a-b/a-b.ts'), code: `method('DELETE'); method('WITHOUT')` },
    { filename: '/repo/libs/outbox/src/relay.ts', code: 'query(`SELECT 1`)' },
  ],
  invalid: [
    { filename: inApp('a-b/a-b.ts'), code: 'query(`SELECT 1`)', errors },
    { filename: inApp('a-b/a-b.ts'), code: `query('DELETE FROM block WHERE true')`, errors },
    {
      filename: inApp('a-b/a-b.ts'),
      code: 'query(`\n  WITH due AS (SELECT 1) UPDATE ${t} SET a = 1`)',
      errors,
    },
    { filename: inApp('a-b/a-b.ts'), code: `query('UPDATE workspace SET epoch = 1')`, errors },
    { filename: inApp('a-b/a-b.ts'), code: `query('INSERT INTO outbox VALUES (1)')`, errors },
    { filename: inApp('a-b/a-b.loop.ts'), code: `query('TRUNCATE block')`, errors },
  ],
});
