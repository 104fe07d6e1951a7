import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { reasonOf } from '../terminal/document.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';

/** No slug is as long: an organization id has at most 32 characters, of at most four bytes. */
const MAX_LINE = 256;
const CHUNK_BYTES = 1 << 16;

/** A file's lines, one after the other, in bounded memory. */
export interface Lines {
  /** The line that `take` would take; undefined at the end. A promise only where the next lines have to be read. */
  peek(): Promise<string | undefined> | string | undefined;
  take(): void;
  /** How many lines were taken. */
  readonly taken: number;
  /** SHA-256 in hexadecimal of all bytes; once the end was reached. */
  digest(): string;
  close(): Promise<void>;
}

/** What follows the last line feed counts as a line too: a list that was cut off must not pass for a shorter one. */
export async function openLines(path: string): Promise<Lines> {
  const readable = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw new Failure(EXIT.usage, `cannot read ${path}: ${reasonOf(error)}`);
    });
  const file: FileHandle = await readable(open(path));
  const hash = createHash('sha256');
  let lines: string[] = [];
  let next = 0;
  let rest = Buffer.alloc(0);
  let taken = 0;
  let ended = false;

  async function refill(): Promise<string | undefined> {
    while (next >= lines.length && !ended) {
      const { bytesRead, buffer } = await readable(file.read(Buffer.alloc(CHUNK_BYTES)));
      const chunk = buffer.subarray(0, bytesRead);
      hash.update(chunk);
      ended = bytesRead === 0;
      const bytes = Buffer.concat([rest, chunk]);
      const end = ended ? bytes.length : bytes.lastIndexOf('\n');
      lines = end < (ended ? 1 : 0) ? [] : bytes.toString('utf8', 0, end).split('\n');
      rest = bytes.subarray(end + 1);
      next = 0;
      if (rest.length > MAX_LINE)
        throw new Failure(
          EXIT.refused,
          `line ${taken + lines.length + 1} of ${path} is too long to be a block`,
        );
    }
    return lines[next];
  }
  return {
    peek: () => (next < lines.length ? lines[next] : refill()),
    take: () => {
      next += 1;
      taken += 1;
    },
    get taken() {
      return taken;
    },
    digest: () => hash.digest('hex'),
    close: () => file.close(),
  };
}
