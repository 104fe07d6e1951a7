import { z } from 'zod';

export const wireTime = z.iso.datetime();

/** ISO 8601 in UTC; a time that is not there is left out. */
export function toWireTime(time: Date | undefined): string | undefined {
  return time?.toISOString();
}

/** proto3 writes an absent text as an empty one; JSON leaves it out. */
export function toWireText(text: string): string | undefined {
  return text === '' ? undefined : text;
}
