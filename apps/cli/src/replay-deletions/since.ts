import { InvalidArgumentError } from 'commander';

/**
 * A time as an argument: RFC 3339 with an offset or Z, or a day, which begins in UTC. A time of day without an offset is refused: which
 * deletions are replayed must not hang on where the operator sits.
 */
export function parseSince(text: string): Date {
  const match = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2}))?$/.exec(text);
  const time = match ? new Date(text) : undefined;
  if (time === undefined || Number.isNaN(time.getTime()) || !isOnCalendar(match?.[1] ?? ''))
    throw new InvalidArgumentError(
      'A time is as in 2026-11-22, 2026-11-22T08:00Z or 2026-11-22T08:00:00+01:00.',
    );
  return time;
}

/** 30 February would become a day in March. */
const isOnCalendar = (day: string): boolean => new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
