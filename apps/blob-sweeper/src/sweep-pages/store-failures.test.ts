import { describe, expect, it } from 'vitest';
import { createStoreFailures } from './store-failures.js';

const page = { realmId: 'r', epoch: 1, page: 0, cut: 1 };

describe('the failures of stores', () => {
  it('are counted for each page, epoch and cut by itself', () => {
    const failures = createStoreFailures();
    const others = [{ realmId: 's' }, { epoch: 2 }, { page: 1 }, { cut: 2 }].map((of) => ({
      ...page,
      ...of,
    }));
    expect([1, 2, 3].map(() => failures.count(page))).toEqual([1, 2, 3]);
    expect(others.map((other) => failures.count(other))).toEqual([1, 1, 1, 1]);
    expect(failures.count(page)).toBe(4);
  });

  it('begin anew once they are forgotten', () => {
    const failures = createStoreFailures();
    failures.count(page);
    failures.forget(page);
    expect(failures.count(page)).toBe(1);
  });

  it('are remembered of so many pages only: of those that failed last', () => {
    const failures = createStoreFailures(2);
    const [a, b, c] = [0, 1, 2].map((n) => ({ ...page, page: n })) as [typeof page, typeof page, typeof page];
    for (const each of [a, b, a, c]) failures.count(each);
    expect([failures.count(a), failures.count(b)]).toEqual([3, 1]);
  });
});
