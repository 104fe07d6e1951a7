import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';
import type { ExportedPage } from './export.js';
import { openLines } from './lines.js';

export interface Comparison {
  /** Of the file: SHA-256 in hexadecimal. */
  readonly digest: string;
  /** Lines of the file; each is in the export. */
  readonly lines: number;
  /** Blocks of the export that the file does not list. */
  readonly more: number;
  /** Blocks that a live realm shares. */
  readonly retained: number;
}

/**
 * Holds a list against a realm's export, line by line. Every line must be a block of the export, in the same order.
 *
 * @throws Failure with the number of the first line that is none.
 */
export async function compareList(path: string, pages: AsyncIterable<ExportedPage>): Promise<Comparison> {
  const lines = await openLines(path);
  const foreign = (line: string) =>
    new Failure(
      EXIT.refused,
      `line ${lines.taken + 1} of ${path} is not among the realm's blocks, or stands in another order: ${line.slice(0, 80)}`,
    );
  try {
    let more = 0;
    let retained = 0;
    for await (const page of pages) {
      retained = page.retained;
      for (const slug of page.slugs) {
        // Waits only where the next lines have to be read.
        const peeked = lines.peek();
        const line = typeof peeked === 'object' ? await peeked : peeked;
        if (line !== undefined && line < slug) throw foreign(line);
        if (line === slug) lines.take();
        else more += 1;
      }
    }
    const left = await lines.peek();
    if (left !== undefined) throw foreign(left);
    return { digest: lines.digest(), lines: lines.taken, more, retained };
  } finally {
    await lines.close();
  }
}
