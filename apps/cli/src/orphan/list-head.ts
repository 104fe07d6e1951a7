import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';

/** What a list of orphans says of itself before its first key. */
export interface ListHead {
  readonly organizationId: string;
  readonly store: string;
  readonly minAgeSeconds: number;
}

/** Since version 2 a list has unfinished uploads; one of version 1 has none, and is read as it is. */
const TITLE = '# lethe orphan objects, version 2';
const WITHOUT_UPLOADS = '# lethe orphan objects, version 1';

/** Lines of a comment each, so that a list is a list of keys for whoever skips them. */
export const headLines = ({ organizationId, store, minAgeSeconds }: ListHead): string =>
  `${TITLE}\n# organization ${JSON.stringify(organizationId)}\n# store ${JSON.stringify(store)}\n# min-age-seconds ${minAgeSeconds}\n`;

export const HEAD_LINES = 4;

export interface ReadHead extends ListHead {
  /** Its lines may stand for unfinished uploads. */
  readonly mayHaveUploads: boolean;
}

/** @throws Failure */
export function readHead(path: string, lines: readonly (string | undefined)[]): ReadHead {
  const [title, organization, store, age] = lines;
  const text = (line: string | undefined, name: string): string => {
    const start = `# ${name} `;
    try {
      const value: unknown = JSON.parse(line?.startsWith(start) === true ? line.slice(start.length) : '');
      if (typeof value === 'string' && value !== '') return value;
    } catch {
      // not as it is written
    }
    throw notOne(path);
  };
  const version = /^# lethe orphan objects, version (\d{1,9})$/.exec(title ?? '')?.[1];
  if (version !== undefined && title !== TITLE && title !== WITHOUT_UPLOADS)
    throw new Failure(
      EXIT.refused,
      `${path} is a list of version ${version}, which this lethe cannot read: nothing was changed`,
    );
  const seconds = Number(/^# min-age-seconds (\d{1,12})$/.exec(age ?? '')?.[1]);
  if (version === undefined || !(seconds >= 3_600)) throw notOne(path);
  return {
    organizationId: text(organization, 'organization'),
    store: text(store, 'store'),
    minAgeSeconds: seconds,
    mayHaveUploads: title === TITLE,
  };
}

const notOne = (path: string) =>
  new Failure(EXIT.refused, `${path} is no list that lethe orphans list has written: nothing was changed`);
