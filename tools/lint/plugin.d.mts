import type { Rule } from 'eslint';

declare const plugin: {
  meta: { name: string };
  rules: Record<'no-sibling-slices' | 'environment-in-config' | 'sql-in-sql-files', Rule.RuleModule>;
};
export default plugin;
