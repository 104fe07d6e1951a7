import { describe, expect, it } from 'vitest';
import { createEnds } from './filesystem-ends.js';

/** Work that ends when it is told to. */
function held() {
  let release: () => void = () => undefined;
  let begun = false;
  const done = new Promise<void>((resolve) => (release = resolve));
  return {
    work: () => {
      begun = true;
      return done;
    },
    release: () => release(),
    begun: () => begun,
  };
}

describe('work on a file system', () => {
  it('that never answers keeps two threads at most, and all that waits behind it ends in time', async () => {
    const ends = createEnds(20);
    const works = Array.from({ length: 6 }, held);
    const ended = await Promise.allSettled(works.map(({ work }) => ends.run(work)));
    expect(ended.map(({ status }) => status)).toEqual(Array(6).fill('rejected'));
    await expect(ends.run(held().work)).rejects.toThrow('no answer');
    expect(works.map(({ begun }) => begun())).toEqual([true, true, false, false, false, false]);
  });

  it('goes on once what hung has ended, and begins nothing that was given up', async () => {
    const ends = createEnds(20);
    const [first, second, third] = [held(), held(), held()];
    await Promise.allSettled([first, second, third].map(({ work }) => ends.run(work)));
    first.release();
    expect(await ends.run(() => Promise.resolve('answer'), { withinMs: 5_000 })).toBe('answer');
    expect(third.begun()).toBe(false);
  });
});
