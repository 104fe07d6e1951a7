import { status } from '@grpc/grpc-js';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGateway, type RunningGateway } from '../testing/running-gateway.js';
import { workspace } from '../testing/samples.js';

let running: RunningGateway;
beforeAll(async () => {
  running = await startGateway();
});
afterAll(() => running.stop());
beforeEach(() => {
  running.service.reset();
});

const lastCall = () => running.service.calls.at(-1)?.request ?? {};
/** A service with so many workspaces, `w0` the first, on pages no longer than asked for and than `longest`. Its tokens are numbers. */
function has(all: number, longest = 1000): void {
  const page = () => {
    const from = Number(lastCall()['pageToken']);
    return { from, to: Math.min(all, from + Math.min(longest, Number(lastCall()['pageSize']))) };
  };
  running.service.answer('listWorkspaces', {
    get workspaces() {
      const { from, to } = page();
      return Array.from({ length: to - from }, (_, n) => ({
        ...workspace,
        members: [],
        workspaceId: `w${from + n}`,
      }));
    },
    get nextPageToken() {
      const { to } = page();
      return to < all ? String(to) : '';
    },
  });
}

async function listed(query = '') {
  const answer = await running.send('GET', `/workspace${query}`);
  expect(answer.status).toBe(200);
  const { workspaces, nextPageToken } = answer.json() as unknown as {
    workspaces: { id: string }[];
    nextPageToken?: string;
  };
  return { ids: workspaces.map(({ id }) => id), nextPageToken };
}
const ids = (count: number) => Array.from({ length: count }, (_, n) => `w${n}`);

describe('GET /workspace', () => {
  it.each([
    ['', 0, 1000, 1],
    ['', 1000, 1000, 1],
    ['', 1001, 1000, 2],
    ['?pageSize=undefined&pageToken=undefined', 2500, 1000, 3],
    ['?pageSize=&pageToken=', 3, 1, 3],
    ['', 900, 243, 4],
    ['', 10_000, 1000, 10],
  ])('%s without a page answers all (%i, by %i) in %i calls', async (query, all, longest, calls) => {
    has(all, longest);
    expect(await listed(query)).toEqual({ ids: ids(all), nextPageToken: undefined });
    expect(running.service.calls).toHaveLength(calls);
  });

  it('without a page looks through all of the bin', async () => {
    has(1500);
    expect((await listed('?deleted=true')).ids).toEqual(ids(1500));
    expect(running.service.calls.map(({ request }) => request['onlyDeleted'])).toEqual([true, true]);
  });

  it('without a page answers 10 000 at most, exactly, and says how to go on', async () => {
    has(12_000, 999);
    const { ids: found, nextPageToken } = await listed();
    expect(found).toEqual(ids(10_000));
    expect(nextPageToken).toBe('10000');
    const rest = await listed(`?pageToken=${nextPageToken}&pageSize=1000`);
    expect([rest.ids[0], rest.ids.length]).toEqual(['w10000', 999]);
  });

  it('without a page asks for 20 pages at most', async () => {
    has(1000, 1);
    expect(await listed()).toEqual({ ids: ids(20), nextPageToken: '20' });
    expect(running.service.calls).toHaveLength(20);
  });

  it.each([
    ['?pageSize=7', 7, '7'],
    ['?pageSize=1000', 1000, '1000'],
    ['?pageToken=1', 1000, '1001'],
    ['?pageSize=7&pageToken=1', 7, '8'],
  ])('%s answers one page of %i', async (query, size, next) => {
    has(3000);
    const { ids: found, nextPageToken } = await listed(query);
    expect([found.length, nextPageToken, running.service.calls.length]).toEqual([size, next, 1]);
  });

  it('fails as a whole where a page fails', async () => {
    running.service.answer('listWorkspaces', {
      workspaces: [workspace],
      get nextPageToken() {
        running.service.refuse('listWorkspaces', status.UNAVAILABLE, 'UNAVAILABLE');
        return 'next';
      },
    });
    expect((await running.send('GET', '/workspace')).status).toBe(503);
    expect(running.service.calls).toHaveLength(2);
  });
});
