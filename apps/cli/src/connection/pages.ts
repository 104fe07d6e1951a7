import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';

/** At most this many in one answer; the service takes no more. */
export const PAGE_SIZE = 1000;

/** What each page of a list holds. */
export async function* entriesOf<P extends { readonly nextPageToken: string }, T>(
  fetch: (pageToken: string) => Promise<P>,
  entries: (page: P) => readonly T[],
): AsyncGenerator<readonly T[]> {
  for await (const page of pages(fetch)) yield entries(page);
}

/** Every page of a list, to the last. Fails where the pages go round in a circle. */
export async function* pages<P extends { readonly nextPageToken: string }>(
  fetch: (pageToken: string) => Promise<P>,
): AsyncGenerator<P> {
  const seen = new Set<string>();
  let pageToken = '';
  do {
    const page = await fetch(pageToken);
    yield page;
    seen.add(pageToken);
    pageToken = page.nextPageToken;
    if (pageToken !== '' && seen.has(pageToken))
      throw new Failure(EXIT.unexpected, 'the service sends the same page again and again');
  } while (pageToken !== '');
}
