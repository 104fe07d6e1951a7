import { status } from '@grpc/grpc-js';
import { ReleaseLimit, SweepLimit } from '@lethe/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { refusal } from '../testing/purge-world.js';
import { lethe } from '../testing/run-lethe.js';
import { startScriptedService, type Script, type ScriptedService } from '../testing/scripted-service.js';

let service: ScriptedService | undefined;
afterEach(() => service?.stop());

async function run(script: Script, argv: string[], env: Record<string, string> = {}) {
  await service?.stop();
  service = await startScriptedService(script);
  return lethe(['rate-limit', ...argv], { env: { ...service.env, ...env } });
}
const set = { setBy: 'ann', setTime: new Date('2026-06-09T13:06:02Z') };
const ofOrganization = (organizationId: string, blocksPerSecond = 500) =>
  ReleaseLimit.fromPartial({ organizationId, blocksPerSecond, ...set });
const ofStore = SweepLimit.fromPartial({ store: 's3:blocks\u001b', blocksPerSecond: 20, ...set });
const lists: Script = {
  listReleaseLimits: ({ pageToken }) =>
    pageToken === ''
      ? { limits: [ofOrganization('org1')], nextPageToken: 'more' }
      : { limits: [ofOrganization('org2')], nextPageToken: '' },
  listSweepLimits: () => ({ limits: [ofStore] }),
};

describe('lethe rate-limit list', () => {
  it('prints those of organizations, page by page, and those of stores', async () => {
    const line = (rate: number, of: string) =>
      `Limit  blocks_per_second=${rate}  set_time=2026-06-09T13:06:02.000000Z  set_by=ann  ${of}\n`;
    expect(await run(lists, ['list'])).toEqual({
      code: 0,
      output:
        line(500, 'organization=org1') + line(500, 'organization=org2') + line(20, 'store=s3:blocks\\u001b'),
      errors: '',
    });
  });

  it('prints JSON, and says that there are none', async () => {
    const { output } = await run(lists, ['list', '--json']);
    expect(JSON.parse(output)).toEqual([
      {
        ...{ organization_id: 'org1', blocks_per_second: 500, set_by: 'ann' },
        set_time: '2026-06-09T13:06:02.000000Z',
      },
      expect.objectContaining({ organization_id: 'org2' }),
      expect.objectContaining({ store: 's3:blocks\u001b', blocks_per_second: 20 }),
    ]);
    const none: Script = {
      listReleaseLimits: () => ({ limits: [], nextPageToken: '' }),
      listSweepLimits: () => ({ limits: [] }),
    };
    expect(await run(none, ['list'])).toEqual({ code: 0, output: 'No rate limits\n', errors: '' });
    expect(await run(none, ['list', '--json'])).toMatchObject({ code: 0, output: '[]\n' });
  });

  it('fails where one of both services does, and leaves no whole JSON', async () => {
    const half: Script = {
      ...lists,
      listSweepLimits: () => {
        throw refusal(status.UNAVAILABLE, 'UNAVAILABLE');
      },
    };
    const outcome = await run(half, ['list', '--json']);
    expect(outcome.code).toBe(69);
    expect(outcome.errors).toMatch(/cannot reach the blob sweeper .* BLOB_SWEEPER_ADDRESS/);
    expect(() => JSON.parse(outcome.output) as unknown).toThrow(SyntaxError);
  });
});

describe('lethe rate-limit set', () => {
  const asked: unknown[] = [];
  const takes = (): Script => {
    asked.length = 0;
    return {
      setReleaseLimit(request) {
        asked.push(request);
        const { organizationId, blocksPerSecond } = request;
        return { limit: blocksPerSecond > 0 ? ofOrganization(organizationId, blocksPerSecond) : undefined };
      },
      setSweepLimit(request) {
        asked.push(request);
        return { limit: request.blocksPerSecond > 0 ? { ...ofStore, ...request } : undefined };
      },
    };
  };

  it('sets the limit of an organization, or of a store, in the name of an operator', async () => {
    const rate = ['--blocks-per-second', '700', '--by', 'ann'];
    expect(await run(takes(), ['set', '--organization', 'org1', ...rate])).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^Limit {2}blocks_per_second=700 .* organization=org1\n$/),
    });
    expect(asked).toEqual([{ organizationId: 'org1', blocksPerSecond: 700, setBy: 'ann' }]);
    const outcome = await run(
      takes(),
      ['set', '--store', 's3:blocks', '--blocks-per-second', '7', '--json'],
      {
        LETHE_OPERATOR: 'bob',
      },
    );
    expect(JSON.parse(outcome.output)).toMatchObject({ store: 's3:blocks', blocks_per_second: 7 });
    expect(asked).toEqual([{ store: 's3:blocks', blocksPerSecond: 7, setBy: 'bob' }]);
  });

  it.each(['0', 'remove'])('removes it with %s', async (rate) => {
    const argv = ['--blocks-per-second', rate, '--by', 'ann'];
    expect(await run(takes(), ['set', '--organization', 'org1', ...argv])).toEqual({
      code: 0,
      output: 'No rate limit of organization org1\n',
      errors: '',
    });
    expect(asked).toMatchObject([{ blocksPerSecond: 0 }]);
    expect(await run(takes(), ['set', '--store', 's3:b', ...argv, '--json'])).toMatchObject({
      output: 'null\n',
    });
  });

  it('never says that a limit is in force, or gone, where the answer shows another', async () => {
    const empty: Script = { setReleaseLimit: () => ({ limit: undefined }) };
    const stays: Script = { setReleaseLimit: () => ({ limit: ofOrganization('org1') }) };
    const argv = ['set', '--organization', 'org1', '--by', 'ann', '--blocks-per-second'];
    expect(await run(empty, [...argv, '5'])).toMatchObject({ code: 70, output: '' });
    expect(await run(stays, [...argv, '0'])).toMatchObject({ code: 70, output: '' });
  });

  it('ends with 1 where the store is unknown', async () => {
    const setSweepLimit = () => {
      throw refusal(status.NOT_FOUND, 'STORE_NOT_FOUND');
    };
    const argv = ['set', '--store', 'x', '--blocks-per-second', '5', '--by', 'ann'];
    expect(await run({ setSweepLimit }, argv)).toMatchObject({ code: 1, output: '' });
  });

  const rate = ['--blocks-per-second', '5'];
  it.each([
    ['nothing to limit', rate],
    ['both', ['--organization', 'o', '--store', 's', ...rate]],
    ['an empty organization', ['--organization', '', ...rate]],
    ['an empty store', ['--store', ' ', ...rate]],
    ['no rate', ['--store', 's']],
    ['a negative rate', ['--store', 's', '--blocks-per-second=-5']],
    ['a rate that is none', ['--store', 's', '--blocks-per-second', '1.5']],
    ['an empty rate, which would be none', ['--store', 's', '--blocks-per-second', '']],
    ['a rate beyond all numbers', ['--store', 's', '--blocks-per-second', '9'.repeat(16)]],
    ['nobody', ['--store', 's', ...rate, '--by', '']],
  ])('refuses %s with 2, before it calls anybody', async (_, argv) => {
    const outcome = await run(takes(), ['set', ...argv], { LETHE_OPERATOR: 'ann' });
    expect(outcome).toMatchObject({ code: 2, output: '' });
    expect(outcome.errors).toMatch(/^error: /);
    expect(asked).toEqual([]);
  });
});
