import { between, cpuSeconds, sum } from './cpu.js';
import { purgeRealm } from './purge-realm.js';
import { addRealm, deleteMetadataRaw, settleDown } from './realms.sql.js';
import type { Services } from './services.js';
import { fixed, median, table, whole } from './table.js';

export interface MetadataRound {
  readonly rows: number;
  /** From the fence to the last row gone, by the running service. */
  readonly purgeSeconds: number;
  readonly rawSeconds: number;
  /** Processor seconds of all who took part, the purge's to its end. */
  readonly purgeCpu: number;
  readonly rawCpu: number;
}

/**
 * Two equal realms in each round: one is purged, the other's rows go by one raw DELETE for each table. Who goes first alternates, so
 * that neither always meets the warmer or the more bloated tables.
 */
export async function measureMetadata(
  services: Services,
  { metadataRows, rounds }: { readonly metadataRows: number; readonly rounds: number },
): Promise<MetadataRound[]> {
  const size = { blocks: 0, vlobs: metadataRows, keys: Math.ceil(metadataRows / 200) };
  const results: MetadataRound[] = [];
  for (let n = 0; n < rounds; n++) {
    const [purged, raw] = [await addRealm(services.realms, size), await addRealm(services.realms, size)];
    await settleDown(services.realms);
    let [rows, purgeSeconds, rawSeconds, purgeCpu, rawCpu] = [0, 0, 0, 0, 0];
    const byPurge = async () => {
      const { times, metadataRows: gone, cpu } = await purgeRealm(services, purged);
      [rows, purgeSeconds, purgeCpu] = [gone, times.shred ?? NaN, sum(cpu)];
    };
    const byHand = async () => {
      const [began, before] = [performance.now(), await cpuSeconds(services.pids)];
      const gone = await deleteMetadataRaw(services.realms, raw);
      rawSeconds = (performance.now() - began) / 1_000;
      rawCpu = sum(between(before, await cpuSeconds(services.pids)));
      if (gone !== rows && rows > 0) throw new Error(`the realms are not equal: ${gone} and ${rows} rows`);
    };
    for (const deletion of n % 2 === 0 ? [byPurge, byHand] : [byHand, byPurge]) await deletion();
    results.push({ rows, purgeSeconds, rawSeconds, purgeCpu, rawCpu });
  }
  return results;
}

/** How fast the purge is as a share of the raw DELETE: 1 is as fast. */
export const metadataRatio = (rounds: readonly MetadataRound[]): number =>
  median(rounds.map(({ purgeSeconds, rawSeconds }) => rawSeconds / purgeSeconds));

export function metadataTable(rounds: readonly MetadataRound[]): string {
  return table(
    ['round', 'rows', 'purge, s', 'raw DELETE, s', 'purge, rows/s', 'as fast as raw', 'processor time'],
    rounds.map(({ rows, purgeSeconds, rawSeconds, purgeCpu, rawCpu }, n) => [
      `${n + 1}`,
      whole(rows),
      fixed(purgeSeconds, 2),
      fixed(rawSeconds, 2),
      whole(rows / purgeSeconds),
      fixed(rawSeconds / purgeSeconds, 2),
      `${fixed(purgeCpu, 2)} and ${fixed(rawCpu, 2)}`,
    ]),
  );
}
