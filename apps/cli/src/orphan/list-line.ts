import { isCanonicalUuid } from '@lethe/contracts';

/** One line of a list of orphans: a block's key, and whether only unfinished uploads are under it. */
export interface ListLine {
  readonly id: string;
  readonly uploadsOnly: boolean;
}

const MARK = ' unfinished upload';

export const lineOf = (key: string, uploadsOnly: boolean): string => `${key}${uploadsOnly ? MARK : ''}\n`;

/** Undefined: the line is no block's of the organization. */
export function readLine(
  line: string,
  organizationId: string,
  mayHaveUploads: boolean,
): ListLine | undefined {
  const prefix = `${organizationId}/`;
  const uploadsOnly = mayHaveUploads && line.endsWith(MARK);
  const id = line.slice(prefix.length, uploadsOnly ? -MARK.length : undefined);
  return line.startsWith(prefix) && isCanonicalUuid(id) ? { id, uploadsOnly } : undefined;
}
