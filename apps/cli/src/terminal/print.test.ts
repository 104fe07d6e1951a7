import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { print } from './print.js';
import type { Session } from './session.js';

/** A reader that takes the next text when it is told to. */
function slowReader() {
  const taken: string[] = [];
  let take = (): void => undefined;
  const output = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _, done) {
      take = () => {
        taken.push(chunk.toString());
        done();
      };
    },
  });
  return { output, taken, take: () => take() };
}

function sessionOf(output: Writable, signal: AbortSignal): Session {
  return { env: {}, input: new PassThrough(), output, errors: new PassThrough(), signal, exitCode: 0 };
}

describe('print', () => {
  it('waits for a slow reader', async () => {
    const reader = slowReader();
    let printed = false;
    const printing = print(sessionOf(reader.output, new AbortController().signal), 'a page').then(() => {
      printed = true;
    });
    await new Promise(setImmediate);
    expect(printed).toBe(false);
    reader.take();
    await printing;
    expect(reader.taken).toEqual(['a page']);
  });

  it('waits no longer than Ctrl-C, before and meanwhile', async () => {
    const interrupt = new AbortController();
    const session = sessionOf(slowReader().output, interrupt.signal);
    const printing = print(session, 'a page');
    interrupt.abort();
    await printing;
    await print(session, 'another');
  });

  it('fails where the reader does', async () => {
    const reader = slowReader();
    const printing = print(sessionOf(reader.output, new AbortController().signal), 'a page');
    reader.output.destroy(new Error('the disk is full'));
    await expect(printing).rejects.toThrow('the disk is full');
  });
});
