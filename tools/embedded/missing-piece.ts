/**
 * Something the machine or its owner must provide. The message is one sentence that says what is missing and what to
 * do about it; who catches it at the top prints the message alone, never the stack trace.
 */
export class MissingPiece extends Error {
  override readonly name = 'MissingPiece';
}

/** What to print for a failed start: the sentence of a missing piece, else the whole error. */
export function explain(error: unknown): string {
  if (error instanceof MissingPiece) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** The first line of a failed program's complaint that tells something, for use inside such a sentence. */
export function complaint(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const line = lines.find((l) => /^(E:|Err|error|fatal)/i.test(l)) ?? lines.find((l) => l !== '');
  return (line ?? 'it said nothing').replace(/^E:\s*/, '').replace(/[.\s]+$/, '');
}
