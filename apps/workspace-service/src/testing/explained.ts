import type { Pool, Queryable } from '@lethe/postgres';

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Join Filter'?: number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly PlanNode[];
}

export interface ExplainedNode {
  readonly type: string;
  readonly relation: string;
  /** The rows it handled, over all of its loops, those it threw away too. */
  readonly handled: number;
}

export interface Explained {
  readonly text: string;
  readonly nodes: readonly ExplainedNode[];
  /** Pages of tables and indexes that it read, each as often as it did. */
  readonly blocks: number;
}

/** For tests: a pool that runs each statement twice, and keeps how PostgreSQL went about it. */
export function explaining(pool: Pool): { readonly pool: Pool; readonly explained: Explained[] } {
  const explained: Explained[] = [];
  const query: Queryable['query'] = async (text, values) => {
    const { rows } = await pool.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>(
      `explain (analyze, buffers, format json) ${text}`,
      values,
    );
    const plan = rows[0]?.['QUERY PLAN'][0].Plan;
    if (plan) explained.push({ text, ...measured(plan) });
    return pool.query(text, values);
  };
  return { pool: { query } as unknown as Pool, explained };
}

const measured = (plan: PlanNode): Omit<Explained, 'text'> => ({
  nodes: flat(plan).map((node) => ({
    type: node['Node Type'],
    relation: node['Relation Name'] ?? '',
    handled: handled(node),
  })),
  blocks: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'],
});

const flat = (plan: PlanNode): PlanNode[] => [plan, ...(plan.Plans ?? []).flatMap(flat)];

const handled = (node: PlanNode): number =>
  node['Actual Loops'] *
  (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Join Filter'] ?? 0));
