import { createHash } from 'node:crypto';
import { EXIT } from '../terminal/exit-code.js';
import { Failure, stopIfInterrupted } from '../terminal/failure.js';
import type { Session } from '../terminal/session.js';
import { createDraft } from './draft.js';
import type { ExportedPage } from './export.js';

export interface WrittenList {
  /** SHA-256 in hexadecimal. */
  readonly digest: string;
  readonly lines: number;
  readonly retained: number;
}

/** Writes a realm's export, one slug a line, to a new file: wholly and durably, or not at all. */
export async function writeList(
  session: Session,
  path: string,
  pages: AsyncIterable<ExportedPage>,
): Promise<WrittenList> {
  const draft = await createDraft(path);
  try {
    const hash = createHash('sha256');
    let lines = 0;
    let retained = 0;
    for await (const page of pages) {
      const text = page.slugs.map((slug) => `${slug}\n`).join('');
      hash.update(text);
      await draft.write(text);
      lines += page.slugs.length;
      retained = page.retained;
    }
    stopIfInterrupted(session);
    if ((await draft.publish()) === 'exists')
      throw new Failure(EXIT.refused, `${path} exists by now, and was left as it is: name another file`);
    return { digest: hash.digest('hex'), lines, retained };
  } finally {
    await draft.discard();
  }
}
