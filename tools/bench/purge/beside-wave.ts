import { setTimeout as pause } from 'node:timers/promises';
import { PARTICIPANTS } from './authority.js';
import { needingAttention, smallLeftovers } from './beside.sql.js';
import { checkReports } from './purge-realm.js';
import { ORGANIZATION } from './realms.sql.js';
import type { Services } from './services.js';

export interface Wave {
  readonly name: string;
  /** Of each small realm, in the order in which they were ordered: from the order to the last participant's report. */
  readonly seconds: readonly number[];
  /** How far the large realm was when the wave began, and when it ended. */
  readonly from: string;
  readonly to: string;
}

const LOOK_MS = 200;

export const isReported = ({ authority }: Pick<Services, 'authority'>, realmId: string): boolean =>
  PARTICIPANTS.every((name) => authority.reports(realmId).has(name));

/**
 * Orders realms all at once and waits until every participant has reported on each. Answers the seconds that each took.
 *
 * @throws Error when participants disagree, something is left, or a purge needs attention: what is wrong is not measured.
 */
export async function orderWave(services: Services, realmIds: readonly string[]): Promise<number[]> {
  const { realms, authority, announce, died } = services;
  const grants = realmIds.map((realmId) => authority.grant(ORGANIZATION, realmId));
  await Promise.all(grants.map(announce));
  let open = realmIds;
  while ((open = open.filter((realmId) => !isReported(services, realmId))).length > 0) {
    await Promise.race([pause(LOOK_MS), died]);
    const halted = await needingAttention(realms, open);
    if (halted > 0) throw new Error(`${halted} purges of small realms need attention`);
  }
  const left = await smallLeftovers(realms, realmIds);
  if (left > 0) throw new Error(`${left} rows are left of small realms that were reported as gone`);
  return realmIds.map((realmId) => {
    checkReports(authority, realmId);
    return authority.secondsToReports(realmId) ?? NaN;
  });
}
