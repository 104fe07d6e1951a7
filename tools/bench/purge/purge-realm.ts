import { setTimeout as pause } from 'node:timers/promises';
import type { ErasureEvidence } from '@lethe/contracts';
import { between, cpuSeconds, type CpuSeconds } from './cpu.js';
import { PARTICIPANTS, type BenchAuthority } from './authority.js';
import type { Progress } from './memory.js';
import { ORGANIZATION, findTimes, leftovers, settledRows, type PurgeTimes } from './realms.sql.js';
import type { Services } from './services.js';

export interface PurgedRealm {
  readonly realmId: string;
  readonly blocks: number;
  readonly metadataRows: number;
  readonly times: PurgeTimes;
  /** From the order to realm-purge's report. */
  readonly seconds: number;
  /** Processor seconds of all who took part, to the second report. */
  readonly cpu: CpuSeconds;
  readonly progress: readonly Progress[];
}

export const PHASES = ['fence', 'shred', 'count', 'release', 'close', 'report'] as const;
const LOOK_MS = 200;
const PROGRESS_MS = 1_000;

/**
 * Announces a grant and waits until both services have reported.
 *
 * @throws Error when they disagree, something is left, or the purge needs attention: a fast purge that is wrong is not measured.
 */
export async function purgeRealm(services: Services, realmId: string): Promise<PurgedRealm> {
  const { authority, pids, announce } = services;
  const before = await cpuSeconds(pids);
  await announce(authority.grant(ORGANIZATION, realmId));
  return whenPurged(services, realmId, before);
}

/** Waits until both services have reported on a realm that was ordered; processor time counts from `before`. */
export async function whenPurged(
  { realms, authority, pids, died }: Services,
  realmId: string,
  before: CpuSeconds = {},
): Promise<PurgedRealm> {
  const progress: Progress[] = [];
  let looked = performance.now();
  for (;;) {
    await Promise.race([pause(LOOK_MS), died]);
    if (performance.now() - looked >= PROGRESS_MS) {
      progress.push({ at: performance.now(), blocks: await settledRows(realms, realmId) });
      looked = performance.now();
    }
    if (PARTICIPANTS.every((name) => authority.reports(realmId).has(name))) break;
    const times = await findTimes(realms, realmId);
    if (times?.attention) throw new Error(`the purge needs attention: ${times.attention}`);
  }
  const cpu = between(before, await cpuSeconds(pids));
  const times = await findTimes(realms, realmId);
  const left = await leftovers(realms, realmId);
  if (times === undefined || left > 0) throw new Error(`${left} rows are left of what was reported as gone`);
  checkReports(authority, realmId);
  const metadataRows = Object.values(times.removed).reduce((sum, rows) => sum + rows, 0);
  const seconds = PHASES.reduce((all, phase) => all + (times[phase] ?? 0), 0);
  return { realmId, blocks: times.blocks_total, metadataRows, times, seconds, cpu, progress };
}

/** @throws Error when the participants do not report the same. */
export function checkReports(authority: BenchAuthority, realmId: string): void {
  const [ours, theirs] = PARTICIPANTS.map((name) => evidenceOf(authority.reports(realmId).get(name)));
  if (ours !== theirs) throw new Error(`the reports disagree: ${ours} and ${theirs}`);
}

const evidenceOf = (evidence: ErasureEvidence | undefined) => {
  const { pages, blocksTotal, blocksSwept, root } = evidence?.blocks ?? {};
  return `${pages} pages, ${blocksTotal} blocks, ${blocksSwept} swept, root ${root?.toString('hex')}`;
};
