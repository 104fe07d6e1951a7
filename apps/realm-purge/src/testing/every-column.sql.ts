import { execute, many, one, type Pool, type PoolClient, type Queryable } from '@lethe/postgres';

/** For tests: the tables of the database that may be read, PostgreSQL's own too. */
async function everyTable(db: Queryable): Promise<{ name: string; own: boolean; long: string | null }[]> {
  return many(
    db,
    `select format('%I.%I', nspname, table_.relname) as name, nspname ~ '^pg_|^information_schema$' as own,
            'pg_toast.' || long.relname as long
       from pg_class table_
       join pg_namespace on pg_namespace.oid = table_.relnamespace
       left join pg_class long on long.oid = table_.reltoastrelid and has_table_privilege(long.oid, 'select')
      where table_.relkind in ('r', 'm') and has_table_privilege(table_.oid, 'select')
      order by name`,
  );
}

/** The tables in which some column of some row holds these bytes, as bytes or as text, also in what is stored out of the row. */
export async function tablesWith(db: Queryable, bytes: Buffer): Promise<string[]> {
  const found: string[] = [];
  for (const { name, long } of await everyTable(db)) {
    const [hex, text] = [bytes.toString('hex'), bytes.toString()];
    const inRow = `select from ${name} as row_of where strpos(row_of::text, $1) + strpos(row_of::text, $2) > 0`;
    const outOfRow = `select from ${long} where strpos(encode(chunk_data, 'hex'), $1) > 0`;
    const { holds } = await one<{ holds: boolean }>(
      db,
      `select exists (${inRow}) ${long === null ? '' : `or exists (${outOfRow})`} as holds`,
      [hex, text],
    );
    if (holds) found.push(name);
  }
  return found;
}

/** What a plain dump holds of the database's rows: each table as COPY writes it. */
export async function dumpOf(pool: Pool): Promise<string> {
  const client = await pool.connect();
  try {
    let text = '';
    for (const { name, own } of await everyTable(client)) if (!own) text += await copyOf(client, name);
    return text;
  } finally {
    client.release();
  }
}

/** The protocol's copy mode, as far as reading needs it: a query that a client carries out itself. */
function copyOf(client: PoolClient, table: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    client.query({
      submit: (connection: { query(text: string): void }) => connection.query(`copy ${table} to stdout`),
      handleCopyData: ({ chunk }: { chunk: Buffer }) => chunks.push(chunk),
      handleError: reject,
      handleReadyForQuery: () => resolve(Buffer.concat(chunks).toString()),
      handleCommandComplete: () => undefined,
    } as never);
  });
}

/** Collects the statistics that the planner wants, as autovacuum does. */
export async function analyzeAll(db: Queryable): Promise<void> {
  await execute(db, 'analyze');
}

/** Keys and data that hold known bytes, short ones and one that is stored out of its row. */
export async function addMarked(
  db: Queryable,
  realmId: string,
  marked: { readonly bundle: Buffer; readonly access: Buffer; readonly blob: Buffer },
): Promise<void> {
  await execute(
    db,
    `with bundled as (
       insert into key_bundle
       select $1, n, case when n = 3 then (select string_agg(sha256(g::text::bytea) || $2, '') from generate_series(1, 500) g)
                          else sha256(n::text::bytea) || $2 end
         from generate_series(1, 3) n
       returning key_index
     ), accessed as (
       insert into key_bundle_access
       select $1, key_index, 'user' || u, sha256(u::text::bytea) || $3 from bundled, generate_series(1, 3) u
     )
     insert into vlob_atom (realm_id, vlob_id, version, blob)
     select $1, gen_random_uuid(), 1, sha256(n::text::bytea) || $4 from generate_series(1, 5) n`,
    [realmId, marked.bundle, marked.access, marked.blob],
  );
}
