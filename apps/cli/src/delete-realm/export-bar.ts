import type { Writable } from 'node:stream';
import { SingleBar } from 'cli-progress';
import type { ExportedPage } from '../manifest/export.js';

const LABEL = "Exporting a list of all the realm's block that can be removed";

/** Passes the pages of an export on, and shows on a terminal how far it is; elsewhere the label alone, as Parsec does. */
export async function* withBar(
  output: Writable & { readonly isTTY?: boolean },
  pages: AsyncIterable<ExportedPage>,
): AsyncGenerator<ExportedPage> {
  if (!output.isTTY) {
    output.write(`${LABEL}\n`);
    yield* pages;
    return;
  }
  const bar = new SingleBar({
    format: `${LABEL}  [{bar}]  {value}/{total}`,
    barCompleteChar: '#',
    barIncompleteChar: '-',
    barsize: 36,
    stream: output,
    // Drawn when something changes, not by a timer: what is shown is what was received.
    fps: 1_000,
  });
  let started = false;
  try {
    for await (const page of pages) {
      if (!started) bar.start(page.total, 0);
      started = true;
      bar.update(page.rows);
      yield page;
    }
  } finally {
    if (started) bar.stop();
  }
}
