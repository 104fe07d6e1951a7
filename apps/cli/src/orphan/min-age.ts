import { InvalidArgumentError } from 'commander';

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;
const LEAST = SECONDS.h;

/** As in 7d, 36h, 90m or 7200s; at least an hour. Answers seconds. */
export function parseMinAge(text: string): number {
  const [, digits, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const seconds = Number(digits) * SECONDS[unit as keyof typeof SECONDS];
  if (!(seconds >= LEAST)) throw new InvalidArgumentError('It must be as in 7d or 36h, and at least 1h.');
  return seconds;
}
