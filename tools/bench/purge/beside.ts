import { addSmallRealms } from './beside.sql.js';
import { besideTables } from './beside-table.js';
import { isReported, orderWave, type Wave } from './beside-wave.js';
import type { BenchOptions } from './options.js';
import { whenPurged } from './purge-realm.js';
import {
  ORGANIZATION,
  OTHER_ORGANIZATION,
  addRealm,
  findTimes,
  settleDown,
  settledRows,
} from './realms.sql.js';
import type { Services } from './services.js';
import { fixed, median, whole } from './table.js';

/**
 * What small realms wait for a large one. All small ones of a wave are ordered at once, first alone, then beside the large one.
 *
 * The time of a small realm alone is what the one at its place in the order takes in a wave while no large one is under way: what
 * the small ones take from each other is not the large one's doing, and is in both times. Such waves run before the large one, its
 * rows already in the tables, and after it, and the mean of both counts: what the machine does besides is in both sides. How far
 * the two are from each other says what the ratios are worth.
 */
export async function measureBeside(
  services: Services,
  options: BenchOptions,
  say: (line: string) => void,
): Promise<string> {
  const { realms, authority, announce } = services;
  const { blocks, beside, besideBlocks, besideInOne, rounds } = options;
  const began = performance.now();
  const large = await addRealm(
    realms,
    { blocks, vlobs: Math.ceil(blocks / 10), keys: 20 },
    besideInOne ? ORGANIZATION : OTHER_ORGANIZATION,
  );
  const waves: string[][] = [];
  for (let n = 0; n < rounds + 3; n++) waves.push(await addSmallRealms(realms, beside, besideBlocks));
  await settleDown(realms);
  say(`filled in ${fixed((performance.now() - began) / 1_000)} s`);

  const wave = async (name: string): Promise<Wave> => {
    const ids = waves.pop();
    if (ids === undefined) throw new Error('all waves are used up');
    const [at, stood] = [performance.now(), await standingOf(services, large)];
    const seconds = await orderWave(services, ids);
    const stands = await standingOf(services, large);
    const done = { name, seconds, from: stood, to: stands };
    const took = fixed((performance.now() - at) / 1_000);
    say(
      `${name}: ${whole(beside)} realms in ${took} s, median ${fixed(median(seconds), 2)} s; large: ${stood} → ${stands}`,
    );
    return done;
  };
  await wave('warm-up'); // compiled code, pools, statistics: a service that runs has them
  const alone = [await wave('alone, before')];
  const grant = authority.grant(besideInOne ? ORGANIZATION : OTHER_ORGANIZATION, large);
  const ordered = announce(grant);
  const besides: Wave[] = [];
  do besides.push(await wave(`beside, ${besides.length + 1}`));
  while (besides.length < rounds && !isReported(services, large));
  await ordered;
  await whenPurged(services, large);
  alone.push(await wave('alone, after'));
  return besideTables(alone, besides);
}

/** How far the large realm is. */
async function standingOf({ realms }: Services, realmId: string): Promise<string> {
  const times = await findTimes(realms, realmId);
  if (times === undefined) return 'not ordered';
  return times.state === 'releasing'
    ? `${whole(await settledRows(realms, realmId))} blocks gone`
    : times.state;
}
