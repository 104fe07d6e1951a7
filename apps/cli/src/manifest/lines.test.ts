import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openLines } from './lines.js';

const path = join(mkdtempSync(join(tmpdir(), 'lethe-')), 'list');

async function read(text: string): Promise<{ lines: string[]; digest: string; taken: number }> {
  writeFileSync(path, text);
  const file = await openLines(path);
  const lines: string[] = [];
  for (let line = await file.peek(); line !== undefined; line = await file.peek()) {
    lines.push(line);
    file.take();
  }
  const { taken } = file;
  const digest = file.digest();
  await file.close();
  return { lines, digest, taken };
}

describe('openLines', () => {
  it('gives every line, whatever its letters and wherever a chunk ends', async () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 60 }).map((text) => text.replaceAll('\n', ''));
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { maxLength: 40 }),
        fc.integer({ min: 1, max: 200 }),
        async (some, times) => {
          const lines = Array.from({ length: times }, () => some).flat();
          const text = lines.map((each) => `${each}\n`).join('');
          const digest = createHash('sha256').update(text).digest('hex');
          expect(await read(text)).toEqual({ lines, digest, taken: lines.length });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('counts what follows the last line feed, and nothing where nothing does', async () => {
    expect((await read('')).lines).toEqual([]);
    expect((await read('\n')).lines).toEqual(['']);
    expect((await read('a')).lines).toEqual(['a']);
    expect((await read('a\nb')).lines).toEqual(['a', 'b']);
    expect((await read('a\n\n')).lines).toEqual(['a', '']);
  });

  it('keeps no line in memory that is none', async () => {
    await expect(read(`a\nb\n${'x'.repeat(70_000)}`)).rejects.toThrow(/line 3 of .* is too long/);
  });
});
