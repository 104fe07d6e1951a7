import type { PurgeRow } from './purge.sql.js';

/** How long no block of it may be released yet, by the database's clock when the row was read; 0 when it is over. */
export function quarantineLeftMs(
  { fenced_seconds: fenced }: Pick<PurgeRow, 'fenced_seconds'>,
  quarantineSeconds: number,
): number {
  return fenced === null
    ? 1_000 * quarantineSeconds
    : Math.max(0, Math.ceil(1_000 * (quarantineSeconds - fenced)));
}

/** From when on blocks may be released. */
export function quarantineEnd(
  { fence_time: fenced }: Pick<PurgeRow, 'fence_time'>,
  quarantineSeconds: number,
): Date | undefined {
  return fenced === null ? undefined : new Date(fenced.getTime() + 1_000 * quarantineSeconds);
}
