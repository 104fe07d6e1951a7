import { purgeRealm, whenPurged } from '../purge/purge-realm.js';
import { ORGANIZATION, settleDown } from '../purge/realms.sql.js';
import type { Services } from '../purge/services.js';
import { fixed, median, table, whole } from '../purge/table.js';
import { addFilledRealm, checkEmpty } from './filled-realm.js';
import { releaseSeconds } from './path.sql.js';
import type { Stub } from './stub.js';

export const REPLICAS = [1, 2, 4] as const;
export const LATENCY_MS = 50;

/**
 * One page in hand for each replica, and small pages: what limits is the store's latency then, and not the processors, of which a
 * benchmark's machine has too few for four replicas. Four realms, so that no realm's window of pages limits either.
 */
export const REPLICA_SETTINGS = { SWEEP_CONCURRENCY: '1', PAGE_BLOCKS: '200' };
const REALMS = 4;
const BLOCKS = 10_000;
const WARM_UP = 2_000;

/** Blocks a second with as many replicas as there are. */
export async function measureReplicas(services: Services, stub: Stub): Promise<number> {
  const { realms, authority, announce } = services;
  await stub.latency(0);
  await stub.empty();
  await purgeRealm(services, await addFilledRealm(services, stub, WARM_UP * services.sweepers.length));
  await checkEmpty(stub);
  await stub.latency(LATENCY_MS);
  const ids: string[] = [];
  for (let n = 0; n < REALMS; n++) ids.push(await addFilledRealm(services, stub, BLOCKS));
  await settleDown(realms);
  await Promise.all(ids.map((realmId) => announce(authority.grant(ORGANIZATION, realmId))));
  for (const realmId of ids) await whenPurged(services, realmId);
  await checkEmpty(stub);
  return (REALMS * BLOCKS) / (await releaseSeconds(realms, ids));
}

/** The rates of each round, by the number of replicas in the order of {@link REPLICAS}. */
export function replicasReport(rounds: readonly (readonly number[])[]): {
  table: string;
  verdicts: string[][];
} {
  const growth = (n: number) => median(rounds.map((rates) => (rates[n] ?? NaN) / (rates[0] ?? NaN)));
  return {
    table: table(
      ['replicas', 'blocks/s', '÷ one'],
      REPLICAS.map((replicas, n) => [
        `${replicas}`,
        whole(median(rounds.map((rates) => rates[n] ?? NaN))),
        fixed(growth(n), 2),
      ]),
    ),
    verdicts: [[`4 replicas ÷ 1, ${LATENCY_MS} ms away`, fixed(growth(REPLICAS.length - 1), 2), '≥ 3.5']],
  };
}
