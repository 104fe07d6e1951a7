import { parseArgs } from 'node:util';

const PARTS = ['store', 'path', 'replicas'] as const;
export type Part = (typeof PARTS)[number];

export interface BenchOptions {
  readonly parts: readonly Part[];
  /** Of each contestant in each round. */
  readonly objects: number;
  readonly rounds: number;
  /** Pages that a sweeper has in hand at once. */
  readonly concurrency: number;
  readonly others: boolean;
  /** Of each realm that goes the whole path. */
  readonly blocks: number;
}

export const USAGE = `npm run bench:sweep -- [options]
  --only PART      store: beside other ways to empty a bucket; path: the whole bulk path; replicas: 1, 2 and 4 sweepers; repeatable (all)
  --objects N      objects that each deletes in each round (8000), half of it where there are versions
  --rounds N       rounds of each comparison (3)
  --concurrency N  pages that a sweeper has in hand at once (4)
  --others         awscli, s3cmd, rclone and boto3 too, which are fetched from Debian once
  --blocks N       blocks of each realm that goes the whole path (200000)`;

/** @throws Error with a sentence that says what is wrong. */
export function readOptions(args: readonly string[]): BenchOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', multiple: true },
      objects: text,
      rounds: text,
      concurrency: text,
      blocks: text,
      others: { type: 'boolean' },
    },
  });
  type Counted = 'objects' | 'rounds' | 'concurrency' | 'blocks';
  const count = (name: Counted, usual: number, least: number): number => {
    const given = values[name];
    const number = given === undefined ? usual : Number(given.replaceAll('_', ''));
    if (!Number.isSafeInteger(number) || number < least)
      throw new Error(`--${name} takes a number from ${least} on`);
    return number;
  };
  const isPart = (name: string): name is Part => (PARTS as readonly string[]).includes(name);
  const wanted = values.only ?? PARTS;
  if (!wanted.every(isPart)) throw new Error(`--only takes one of ${PARTS.join(', ')}`);
  return {
    parts: wanted,
    objects: count('objects', 8_000, 1_000),
    rounds: count('rounds', 3, 1),
    concurrency: count('concurrency', 4, 1),
    others: values.others ?? false,
    blocks: count('blocks', 200_000, 10_000),
  };
}
