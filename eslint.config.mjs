import eslint from '@eslint/js';
import nx from '@nx/eslint-plugin';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import lethe from './tools/lint/plugin.mjs';
import { prepareProjectGraph } from './tools/lint/project-graph.mjs';

await prepareProjectGraph();

const TESTS = ['**/*.test.ts'];

/** An app never imports an app, a library only libraries. That nobody imports tools follows: no line allows it. */
const BOUNDARIES = [
  { sourceTag: 'type:app', onlyDependOnLibsWithTags: ['type:lib'] },
  { sourceTag: 'type:lib', onlyDependOnLibsWithTags: ['type:lib'] },
];
const NOT_TOOLS = { group: ['@lethe/tools', '@lethe/tools/*'], message: 'Nobody imports tools.' };
const NOT_TESTKIT = { group: ['@lethe/testkit'], message: 'The testkit is for tests.' };

/** What Node has beside the language, for the plain scripts. */
const NODE = ['process', 'console', 'Buffer', 'URL', 'fetch', 'AbortController', 'AbortSignal'];
const TIMERS = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'];

export default defineConfig(
  globalIgnores(['**/dist', '**/.nx', '**/.lethe', 'libs/contracts/src/gen']),
  eslint.configs.recommended,
  { rules: { eqeqeq: 'error' } },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      // One program for the whole repository: a program for each package would check the libraries again each time.
      parserOptions: { project: ['./tsconfig.json'], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: true },
      ],
      // A number prints as itself; what the rule is after are objects and undefined.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // `() => {}` says "nothing" as well as a comment in it would.
      '@typescript-eslint/no-empty-function': ['error', { allow: ['arrowFunctions'] }],
      // A leading underscore says that a parameter is there for those after it.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // env['NAME'] shows that the name comes from outside.
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      // An empty variable or option means none, as everywhere in a shell.
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      // It believes that what was false before an await is false after it: wrong for every stop flag and AbortSignal.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // A gRPC client's method is named to the caller, which calls it on its client (libs/service, grpc-client).
      '@typescript-eslint/unbound-method': 'off',
      // It asks for the very "!" that no-non-null-assertion forbids.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // gRPC handlers and fastify hooks are async by contract, with or without something to wait for.
      '@typescript-eslint/require-await': 'off',
      'no-restricted-imports': ['error', { patterns: [NOT_TOOLS] }],
    },
  },
  {
    // tools may import anything, by path too.
    files: ['apps/**/*.ts', 'libs/**/*.ts'],
    plugins: { '@nx': nx, lethe },
    rules: {
      '@nx/enforce-module-boundaries': ['error', { depConstraints: BOUNDARIES }],
      'lethe/no-sibling-slices': 'error',
      'lethe/environment-in-config': 'error',
      'lethe/sql-in-sql-files': 'error',
    },
  },
  {
    files: ['apps/**/*.ts', 'libs/**/*.ts'],
    ignores: [...TESTS, 'libs/testkit/**'],
    rules: { 'no-restricted-imports': ['error', { patterns: [NOT_TOOLS, NOT_TESTKIT] }] },
  },
  {
    files: TESTS,
    rules: {
      // A test says what must be there by using it; where it is missing, the test fails, which is the point.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // expect.any() and its kind are typed any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
  {
    // Plain Node, run before anything is installed or built: there are no types to check with.
    files: ['**/*.mjs', '**/*.js'],
    languageOptions: {
      globals: Object.fromEntries([...NODE, ...TIMERS].map((name) => [name, 'readonly'])),
    },
  },
);
