import { bulkRate, bulkTable, cpuCost, cpuTable, drift, wholeRate, type Bulk } from './bulk.js';
import type { ChecksCost } from './foreign-keys.sql.js';
import { metadataRatio, metadataTable, type MetadataRound } from './metadata.js';
import type { PurgedRealm } from './purge-realm.js';
import { fixed, median, table, whole } from './table.js';
import type { LongestTransaction } from './transactions.js';

export interface Measured {
  readonly bulk: Bulk;
  readonly memories: readonly {
    readonly name: string;
    /** The peak before the large realm, and after it; MiB. */
    readonly before: number;
    readonly after: number;
    readonly slope: number | undefined;
  }[];
  readonly longest: LongestTransaction;
  readonly rounds: readonly MetadataRound[];
  /** Of a number of rows, and of four times as many. */
  readonly checks: readonly [ChecksCost, ChecksCost];
  readonly unindexed: readonly string[];
}

/** What was measured, in tables; the last one beside the targets. */
export function reportOf(measured: Measured): string[] {
  const { bulk, memories, longest, rounds, unindexed } = measured;
  return [
    bulkTable(bulk),
    cpuTable(bulk),
    `Cost of a block in each tenth of the large realm, relative to its mean: ${drift(bulk)}`,
    table(
      [
        'resident memory',
        'peak before, MiB',
        `peak after ${whole(bulk.large.blocks)} blocks, MiB`,
        'slope, MiB per million',
      ],
      memories.map(({ name, before, after, slope }) => [name, fixed(before), fixed(after), fixed(slope, 2)]),
    ),
    metadataTable(rounds),
    verdicts(measured),
    `The longest transaction was seen in: ${longest.query.replace(/\s+/g, ' ').slice(0, 160)}`,
    ...(unindexed.length > 0 ? [`Foreign keys without an index: ${unindexed.join(', ')}`] : []),
  ];
}

function verdicts({ bulk, memories, longest, rounds, checks, unindexed }: Measured): string {
  const { small, large } = bulk;
  const costRatio = (costOf: (purged: PurgedRealm) => number) =>
    fixed(costOf(large) / median(small.map(costOf)), 2);
  const [few, many] = checks;
  const perCheck = ({ checksMs, rows }: ChecksCost) => checksMs / rows;
  return table(
    ['what', 'measured', 'target'],
    [
      ['bulk path, blocks/s', whole(bulkRate(large)), '≥ 100 000'],
      ['the same, were all processors its own', whole(cpuRate(large)), '≥ 100 000'],
      ['whole purge, blocks/s', whole(wholeRate(large)), ''],
      ['a block beside one of 100 000, by time', costRatio((purged) => 1 / wholeRate(purged)), '≤ 1.3'],
      ['the same, by processor time', costRatio(cpuCost), '≤ 1.3'],
      ['peak memory of realm-purge, MiB', fixed(memories[0]?.after), '< 256'],
      ['its slope, MiB per million blocks', fixed(memories[0]?.slope, 2), '< 1'],
      [
        'longest transaction of realm-purge, s',
        `${fixed(longest.ms / 1_000, 2)} (+ ${fixed(longest.unseenMs / 1_000, 2)} at most)`,
        '≤ 2',
      ],
      ['metadata, as fast as a raw DELETE', fixed(metadataRatio(rounds), 2), '≥ 0.7'],
      ['foreign keys without an index', `${unindexed.length}`, '0'],
      [
        `a foreign key's check at ${whole(many.rows)} rows beside ${whole(few.rows)}`,
        fixed(perCheck(many) / perCheck(few), 2),
        'near 1, not 4',
      ],
    ],
  );
}

/** Blocks a second if nobody else had the two processors and they never waited. */
const cpuRate = (purged: PurgedRealm): number => 2 / cpuCost(purged);
