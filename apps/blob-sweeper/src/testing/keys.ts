import { createHash } from 'node:crypto';

/** Block ids that are the same in every run: the n-th of a seed. */
export function blockId(seed: string, n: number): string {
  const hex = createHash('sha256').update(`${seed}/${n}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  );
}

export function blockIds(seed: string, count: number): string[] {
  return Array.from({ length: count }, (_, n) => blockId(seed, n)).sort();
}

export const keysOf = (organizationId: string, ids: readonly string[]): string[] =>
  ids.map((id) => `${organizationId}/${id}`);
