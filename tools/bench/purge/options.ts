import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Of the realm that is measured; 10 000 000 is the full size. */
  readonly blocks: number;
  /** Vlobs of each round of the comparison with a raw DELETE. */
  readonly metadataRows: number;
  readonly rounds: number;
  /** So many small realms are purged alone and beside the large one, and nothing else is measured; 0: none. */
  readonly beside: number;
  readonly besideBlocks: number;
  /** The large realm is the small ones' organization's too. */
  readonly besideInOne: boolean;
  /** Where PostgreSQL and NATS keep their data, which are then written as safely as an operator's; undefined: thrown away, never synced. */
  readonly data: string | undefined;
  /** Settings of PostgreSQL. */
  readonly postgres: Readonly<Record<string, string>>;
  /** More settings of realm-purge and blob-sweeper, as NAME=value. */
  readonly settings: Readonly<Record<string, string>>;
}

export const USAGE = `npm run bench:purge -- [options]
  --blocks N          blocks of the realm that is purged (100000; full size: 10000000)
  --metadata-rows N   vlobs of each round beside a raw DELETE (50000)
  --rounds N          rounds of each comparison (3)
  --beside N          measures only what N small realms wait for the large one (1000); --blocks is then 200000 when absent
  --beside-blocks N   blocks of each of them (500)
  --beside-in-one     the large realm is of their own organization, not of another
  --data DIR          PostgreSQL and NATS on disk in DIR, synced; without it throw-away data without fsync
  --postgres name=value  a setting of PostgreSQL; repeatable (shared_buffers=2GB)
  --set NAME=value    a setting of realm-purge and blob-sweeper; repeatable`;

/** @throws Error with a sentence that says what is wrong. */
export function readOptions(args: readonly string[]): BenchOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      blocks: text,
      'metadata-rows': text,
      rounds: text,
      beside: text,
      'beside-blocks': text,
      'beside-in-one': { type: 'boolean' },
      data: text,
      postgres: { type: 'string', multiple: true },
      set: { type: 'string', multiple: true },
    },
  });
  type Counted = 'blocks' | 'metadata-rows' | 'rounds' | 'beside' | 'beside-blocks';
  const count = (name: Counted, usual: number, least: number): number => {
    const given = values[name];
    const number = given === undefined ? usual : Number(given.replaceAll('_', ''));
    if (given !== undefined && (!Number.isSafeInteger(number) || number < least))
      throw new Error(`--${name} takes a number from ${least} on`);
    return number;
  };
  const beside = count('beside', 0, 1);
  return {
    blocks: count('blocks', beside > 0 ? 200_000 : 100_000, 1_000),
    metadataRows: count('metadata-rows', 50_000, 100),
    rounds: count('rounds', 3, 1),
    beside,
    besideBlocks: count('beside-blocks', 500, 1),
    besideInOne: values['beside-in-one'] ?? false,
    data: values.data,
    // A quarter of a small server's memory: what PostgreSQL's manual proposes, and its own default is not.
    postgres: { shared_buffers: '2GB', ...settingsOf('postgres', values.postgres) },
    settings: settingsOf('set', values.set),
  };
}

function settingsOf(option: string, given: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
      if (name === undefined || value === undefined) throw new Error(`--${option} takes name=value`);
      return [name, value];
    }),
  );
}
