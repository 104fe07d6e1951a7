import { bulkRate } from '../purge/bulk.js';
import { purgeRealm, type PurgedRealm } from '../purge/purge-realm.js';
import { settleDown } from '../purge/realms.sql.js';
import type { Services } from '../purge/services.js';
import { sum } from '../purge/cpu.js';
import { fixed, median, table, whole } from '../purge/table.js';
import { addFilledRealm, checkEmpty } from './filled-realm.js';
import type { Stub } from './stub.js';

/** As long as it takes until the services' code is compiled: a purge of millions of blocks is measured by two hundred thousand. */
const WARM_UP = 400_000;

/** Realms go the whole bulk path, release → page → deletion and reading back by S3 → ledger → receipt → row deleted, one after the other. */
export async function measurePath(
  services: Services,
  stub: Stub,
  { blocks, rounds }: { readonly blocks: number; readonly rounds: number },
  say: (line: string) => void,
): Promise<string[][]> {
  const purged: PurgedRealm[] = [];
  const named = { ...services, pids: { ...services.pids, 'the stub': stub.pid } };
  for (let round = 0; round <= rounds; round++) {
    await stub.empty();
    const realmId = await addFilledRealm(services, stub, round === 0 ? WARM_UP : blocks);
    await settleDown(services.realms);
    const one = await purgeRealm(named, realmId);
    const requests = await checkEmpty(stub);
    if (round === 0) continue;
    purged.push(one);
    const asked = Object.entries(requests).map(([operation, times]) => `${times} ${operation}`);
    say(`round ${round}: ${whole(bulkRate(one))} blocks/s; the store was asked ${asked.join(', ')}`);
  }
  const micros = (one: PurgedRealm, name: string) => ((one.cpu[name] ?? 0) / one.blocks) * 1e6;
  const row = (name: string, of: (one: PurgedRealm) => number) => [name, fixed(median(purged.map(of)), 2)];
  say('');
  say(
    table(
      ['processor time of a whole purge', 'µs/block'],
      [
        ...Object.keys(purged[0]?.cpu ?? {}).map((name) => row(name, (one) => micros(one, name))),
        row('all', (one) => (sum(one.cpu) / one.blocks) * 1e6),
      ],
    ),
  );
  const cpuRate = (one: PurgedRealm) => (2 * one.blocks) / sum(one.cpu);
  return [
    ['whole bulk path with S3, blocks/s', whole(median(purged.map(bulkRate))), '≥ 40 000'],
    ['the same, were both processors its own', whole(median(purged.map(cpuRate))), '≥ 40 000'],
  ];
}
