/** Pages on their way to a sweeper: of all purges, of those of this purge's organization, and of this purge. */
export interface Flying {
  readonly all: number;
  readonly organization: number;
  readonly own: number;
}

export interface Windows {
  /** Pages of one purge at once. */
  readonly windowPages: number;
  /** Pages of all purges at once. */
  readonly maxPagesInFlight: number;
}

/**
 * How many more pages a purge may give to the queue. An eighth of all places is kept for organizations that have none yet, and
 * another for purges that have none: a giant never takes the last room from a small one, nor an organization's thousand purges
 * that of another's one. Whatever the numbers, the first page of all has its place.
 */
export function roomFor(
  { all, organization, own }: Flying,
  { windowPages, maxPagesInFlight }: Windows,
): number {
  const reserve = Math.ceil(maxPagesInFlight / 8);
  let room = 0;
  for (; own + room < windowPages; room++) {
    const reserves = organization + room === 0 ? 0 : own + room === 0 ? 1 : 2;
    if (all + room >= maxPagesInFlight - reserves * reserve) break;
  }
  return room;
}
