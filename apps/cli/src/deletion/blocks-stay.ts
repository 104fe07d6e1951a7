import type { Deletion } from '@lethe/contracts';

/** Until when blocks stay behind the metadata. Undefined: they go with it, or nothing is ever purged. */
export function blocksStayUntil({ sweepTime, grantTime, purgeTime }: Deletion): Date | undefined {
  const begins = grantTime ?? purgeTime;
  return sweepTime !== undefined && begins !== undefined && sweepTime > begins ? sweepTime : undefined;
}
