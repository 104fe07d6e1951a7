import { transaction, type Pool } from '@lethe/postgres';
import { findDocuments, lockForWriting, putDocument, type Place } from './index.sql.js';

export type IndexOutcome =
  | { readonly kind: 'indexed' }
  /** The workspace is erased, or another organization's. Drop the document: it will never be otherwise. */
  | { readonly kind: 'refused' };

/**
 * Puts a document into the index, or in the place of an older one. That it commits means that the workspace is not erased, or that
 * the erasure, which waits for this, finds the document.
 */
export function indexDocument(
  pool: Pool,
  place: Place,
  documentId: string,
  text: string,
): Promise<IndexOutcome> {
  return transaction(pool, async (tx): Promise<IndexOutcome> => {
    if (!(await lockForWriting(tx, place))) return { kind: 'refused' };
    await putDocument(tx, place, documentId, text);
    return { kind: 'indexed' };
  });
}

const MAX_FOUND = 100;

/** The ids of up to a hundred documents with these words; none from the moment on at which the erasure begins. */
export async function search(pool: Pool, place: Place, words: string): Promise<string[]> {
  return (await findDocuments(pool, place, words, MAX_FOUND)).map((row) => row.document_id);
}
