import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { MAX_PAGE_BLOCKS, type SettledPage } from '@lethe/contracts';
import { z } from 'zod';
import { reasonOf } from '../terminal/document.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';

/** Ten million blocks are two megabytes. */
const MAX_BYTES = 1 << 28;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().nonnegative();
const headLine = z.strictObject({
  type: z.literal('lethe-swept-pages'),
  version: z.literal(1),
  workspaceId: z.uuid(),
  epoch: count,
});
const pageLine = z.strictObject({
  page: count,
  rows: count.max(MAX_PAGE_BLOCKS),
  swept: count,
  rowDigest: sha256,
  sweepTime: z.iso.datetime().nullable(),
  stores: z.array(z.string()),
});
const lastLine = z.strictObject({ pages: count, sha256 });

export type PagesHead = Pick<z.infer<typeof headLine>, 'workspaceId' | 'epoch'>;
export type PageLine = z.infer<typeof pageLine>;

/** The pages of a sweep, as the ledger knows them. */
export interface PagesFile extends PagesHead {
  readonly pages: readonly SettledPage[];
}

/** Writes the lines of a file of pages: a head, a page each, and the checksum of all of them last. */
export class PagesWriter {
  readonly #hash = createHash('sha256');
  #pages = 0;

  head(head: PagesHead): string {
    return this.#line({ type: 'lethe-swept-pages', version: 1, ...head });
  }
  page(page: PageLine): string {
    this.#pages += 1;
    return this.#line(page);
  }
  end(): string {
    return `${JSON.stringify({ pages: this.#pages, sha256: this.#hash.digest('hex') })}\n`;
  }
  get pages(): number {
    return this.#pages;
  }
  #line(value: object): string {
    const line = `${JSON.stringify(value)}\n`;
    this.#hash.update(line);
    return line;
  }
}

/** @throws Failure on what is no such file, whole and unaltered. */
export async function readPagesFile(path: string): Promise<PagesFile> {
  const text = await readWhole(path);
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.length < 2) throw broken(path, 'it is cut off');
  const last = lines.pop() ?? '';
  const { pages, sha256: expected } = parsed(path, lastLine, last, lines.length + 1);
  const digest = createHash('sha256')
    .update(lines.map((line) => `${line}\n`).join(''))
    .digest('hex');
  if (digest !== expected) throw broken(path, 'its checksum does not fit: it was altered or cut off');
  const { workspaceId, epoch } = parsed(path, headLine, lines[0] ?? '', 1);
  const settled = lines.slice(1).map((line, i) => {
    const { rowDigest, ...page } = parsed(path, pageLine, line, i + 2);
    return { ...page, rowDigest: Buffer.from(rowDigest, 'hex') };
  });
  if (settled.length !== pages) throw broken(path, `it holds ${settled.length} pages, not ${pages}`);
  return { workspaceId, epoch, pages: settled };
}

/** What is spelled in another way than it is written was altered, though it may say the same. */
function parsed<T>(path: string, schema: z.ZodType<T>, line: string, number: number): T {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw broken(path, `line ${number} is no JSON`);
  }
  const result = schema.safeParse(value);
  if (!result.success || JSON.stringify(result.data) !== line)
    throw broken(path, `line ${number} is none of it`);
  return result.data;
}

async function readWhole(path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      if ((await file.stat()).size > MAX_BYTES) throw broken(path, 'it is too large');
      return await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(EXIT.usage, `cannot read the pages from ${path}: ${reasonOf(error)}`);
  }
}

const broken = (path: string, why: string) =>
  new Failure(
    EXIT.refused,
    `not verified: ${path} is no file of pages as "lethe certificate pages" writes it: ${why}`,
  );
