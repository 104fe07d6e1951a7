import { many, type Pool } from '@lethe/postgres';

/** For tests: all rows of all tables, with the versions that PostgreSQL gives them, so that a change that changes nothing shows too. */
export async function dump(pool: Pool): Promise<Record<string, string[]>> {
  const tables = await many<{ name: string }>(
    pool,
    `select quote_ident(table_name) as name from information_schema.tables where table_schema = 'public' order by 1`,
  );
  const rows = await Promise.all(
    tables.map(async ({ name }) => {
      const found = await many<{ row: string }>(
        pool,
        `select row(t.xmin, t.ctid, t.*)::text as row from ${name} t order by 1`,
      );
      return [name, found.map(({ row }) => row)] as const;
    }),
  );
  const sequences = await many<{ sequencename: string; last_value: number | null }>(
    pool,
    `select sequencename, last_value from pg_sequences where schemaname = 'public' order by 1`,
  );
  return {
    ...Object.fromEntries(rows),
    sequences: sequences.map((s) => `${s.sequencename} ${s.last_value}`),
  };
}
