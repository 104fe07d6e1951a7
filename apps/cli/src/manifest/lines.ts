import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { reasonOf } from '../terminal/document.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';

/** No slug is as long: an organization id has at most 32 characters, of at most four bytes. */
const MAX_LINE = 256;

/** A file's lines, one after the other, in bounded memory. */
export interface Lines {
  /** The line that `take` would answer; undefined at the end. */
  peek(): Promise<string | undefined> | string | undefined;
  take(): void;
  /** How many lines were taken. */
  readonly taken: number;
  /** SHA-256 in hexadecimal of all bytes. Once the end was reached. */
  digest(): string;
  close(): void;
}

/** What follows the last line feed counts as a line too: a list that was cut off must not pass for a shorter one. */
export function openLines(path: string): Lines {
  const stream = createReadStream(path, { highWaterMark: 1 << 16 });
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const hash = createHash('sha256');
  let lines: string[] = [];
  let next = 0;
  let rest = Buffer.alloc(0);
  let taken = 0;
  let ended = false;

  async function refill(): Promise<string | undefined> {
    while (next >= lines.length && !ended) {
      const read: IteratorResult<Buffer, unknown> = await chunks.next().catch((error: unknown) => {
        throw new Failure(EXIT.usage, `cannot read ${path}: ${reasonOf(error)}`);
      });
      ended = read.done === true;
      if (read.done) {
        lines = rest.length === 0 ? [] : [rest.toString('utf8')];
      } else {
        hash.update(read.value);
        const bytes = Buffer.concat([rest, read.value]);
        const end = bytes.lastIndexOf('\n');
        lines = end < 0 ? [] : bytes.toString('utf8', 0, end).split('\n');
        rest = bytes.subarray(end + 1);
        if (rest.length > MAX_LINE)
          throw new Failure(
            EXIT.refused,
            `line ${taken + lines.length + 1} of ${path} is too long to be a block`,
          );
      }
      next = 0;
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
    close: () => {
      stream.destroy();
    },
  };
}
