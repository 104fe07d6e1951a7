import { z } from 'zod';
import { toWireText } from './wire-time.js';

export const MAX_PAGE_SIZE = 1000;
const MAX_TOKEN_LENGTH = 2_048;

/** A value of a query that is not there: clients write the text `undefined`, forms write nothing. */
const absent = (value: unknown) => (value === 'undefined' || value === '' ? undefined : value);

const sizeOfPage = z
  .string()
  .regex(/^\d{1,4}$/, 'must be a whole number')
  .transform(Number)
  .pipe(z.int().min(1).max(MAX_PAGE_SIZE));

/** The page of a list in its query (AIP-158). Who asks for none gets the first and largest: the documented API has no pages. */
export const paging = {
  pageSize: z
    .preprocess(absent, sizeOfPage.default(MAX_PAGE_SIZE))
    .describe(`At most this many, 1 to ${MAX_PAGE_SIZE}; without it ${MAX_PAGE_SIZE}`),
  pageToken: z
    .preprocess(absent, z.string().max(MAX_TOKEN_LENGTH).default(''))
    .describe('The nextPageToken of the page before'),
};

/** Of a list that is there as a whole for whoever asks for no page: then there is no size and no token. */
export const pagingOfAll = (maxItems: number) => ({
  pageSize: z
    .preprocess(absent, sizeOfPage.optional())
    .describe(
      `At most this many, 1 to ${MAX_PAGE_SIZE}; without it ${MAX_PAGE_SIZE}, and without a token all, up to ${maxItems}`,
    ),
  pageToken: paging.pageToken,
});

/** What an answer says about the page after it. */
export const nextPage = {
  nextPageToken: z.string().optional().describe('For the next page; not there on the last one'),
};

export function toNextPage({ nextPageToken }: { readonly nextPageToken: string }): {
  nextPageToken: string | undefined;
} {
  return { nextPageToken: toWireText(nextPageToken) };
}
