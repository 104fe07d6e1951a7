import { status } from '@grpc/grpc-js';
import { PurgeMode } from '@lethe/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGateway, type RunningGateway } from '../testing/running-gateway.js';
import { policy } from '../testing/samples.js';

let running: RunningGateway;
beforeAll(async () => {
  running = await startGateway();
});
afterAll(() => running.stop());
beforeEach(() => {
  running.service.reset();
  running.service.answer('setDeletionPolicy', { policy });
});

const PATH = '/organization/deletion-policy';
const shown = { ...policy, purgeMode: 'automatic' };
const put = (body: string) =>
  running.send('PUT', PATH, { headers: { 'content-type': 'application/json' }, body });

describe('GET /organization/deletion-policy', () => {
  it.each([
    [PurgeMode.AUTOMATIC, 'automatic'],
    [PurgeMode.MANUAL, 'manual'],
  ])('shows it: mode %i is %s', async (purgeMode, word) => {
    running.service.answer('getDeletionPolicy', { policy: { ...policy, purgeMode } });
    expect((await running.send('GET', PATH)).json()).toEqual({
      success: true,
      policy: { ...shown, purgeMode: word },
    });
  });

  it('404 without one', async () => {
    running.service.refuse('getDeletionPolicy', status.NOT_FOUND, 'DELETION_POLICY_NOT_FOUND');
    const answer = await running.send('GET', PATH);
    expect([answer.status, answer.json()['code']]).toEqual([404, 'DELETION_POLICY_NOT_FOUND']);
  });

  it.each([
    { policy: undefined },
    { policy: { ...policy, graceSeconds: undefined } },
    { policy: { ...policy, sequestered: undefined } },
    { policy: { ...policy, purgeMode: PurgeMode.UNSPECIFIED } },
  ])('half a policy is none: %#', async (answered) => {
    running.service.answer('getDeletionPolicy', answered);
    expect((await running.send('GET', PATH)).status).toBe(500);
  });
});

describe('PUT /organization/deletion-policy', () => {
  it('sets it, whole', async () => {
    const answer = await put(JSON.stringify({ ...shown, purgeMode: 'manual', sequestered: true }));
    expect([answer.status, answer.json()]).toEqual([200, { success: true, policy: shown }]);
    expect(running.service.calls).toMatchObject([
      { request: { policy: { ...policy, purgeMode: PurgeMode.MANUAL, sequestered: true } } },
    ]);
  });

  it('passes on what is for workspace-service to judge', async () => {
    await put(JSON.stringify({ ...shown, graceSeconds: 0, orphanDelaySeconds: -1, sweepDelaySeconds: 7 }));
    const judged = { graceSeconds: 0, orphanDelaySeconds: -1, sweepDelaySeconds: 7 };
    expect(running.service.calls[0]?.request['policy']).toEqual({ ...policy, ...judged });
  });

  const WRONG: Record<string, readonly unknown[]> = {
    graceSeconds: ['', '30', true, false, 1.5, 1e300, [], [30], {}],
    orphanDelaySeconds: ['', '30', true, 0.1, [30]],
    sweepDelaySeconds: ['', '0', false, -0.5],
    sequestered: ['', 'false', 'true', 0, 1, [], {}],
    purgeMode: ['', 'AUTOMATIC', 'Manual', 'never', 0, 1, true, []],
  };
  const cases = Object.entries(WRONG).flatMap(([field, values]) =>
    [undefined, null, ...values].map((value) => [field, value] as const),
  );
  it.each(cases)('refuses %s: %j, by name', async (field, value) => {
    const answer = await put(JSON.stringify({ ...shown, [field]: value }));
    expect([answer.status, answer.json()['code']]).toEqual([400, 'INVALID_ARGUMENT']);
    expect(answer.json()['message']).toMatch(new RegExp(`^body\\.${field}: `));
    expect(answer.json()['message']).not.toContain(';');
    expect(running.service.calls).toEqual([]);
  });

  it.each([
    ['gracePeriodSeconds', 'body: has a field that no policy has: gracePeriodSeconds'],
    ['purge_mode', 'body: has a field that no policy has: purge_mode'],
    ['', 'body: has a field that no policy has'],
    ['a b', 'body: has a field that no policy has'],
    ['x'.repeat(60_000), 'body: has a field that no policy has'],
  ])('refuses a field that it does not know: %#', async (field, message) => {
    const answer = await put(JSON.stringify({ ...shown, [field]: 1 }));
    expect([answer.status, answer.json()['message']]).toEqual([400, message]);
    expect(running.service.calls).toEqual([]);
  });

  it.each(['', 'null', '[]', '{}', '"automatic"', '0', 'true', '[{}]'])(
    'refuses the body %j',
    async (body) => {
      const answer = await put(body);
      expect([answer.status, answer.json()['code']]).toEqual([400, 'INVALID_ARGUMENT']);
      expect(answer.json()['message']).toMatch(/^body/);
      expect(running.service.calls).toEqual([]);
    },
  );
});
