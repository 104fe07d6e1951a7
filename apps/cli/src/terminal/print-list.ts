import { createJsonArray, print } from './print.js';
import type { Session } from './session.js';

/** How a list is printed: as one JSON array, or each of its entries in words, and a sentence where there is none. */
export interface ListForm<T> {
  readonly json: boolean;
  readonly asJson: (entry: T) => unknown;
  /** One or more whole lines. */
  readonly asText: (entry: T) => string;
  readonly none: string;
}

/** Prints a list as its pages come, however long it is. Ends without a word at Ctrl-C: half a list is not taken for a whole one. */
export async function printList<T>(
  session: Session,
  pages: AsyncIterable<readonly T[]>,
  { json, asJson, asText, none }: ListForm<T>,
): Promise<void> {
  const array = json ? createJsonArray(session) : undefined;
  let empty = true;
  for await (const entries of pages) {
    empty &&= entries.length === 0;
    await (array ? array.add(entries.map(asJson)) : print(session, entries.map(asText).join('')));
    if (session.signal.aborted) return;
  }
  if (array) await array.end();
  else if (empty) await print(session, `${none}\n`);
}
