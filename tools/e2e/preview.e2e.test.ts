import type { Deletion } from '@lethe/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedControlledWorld, type ControlledWorld } from './controls.js';
import { FOUR_ZEROS, startTrial, type Trial } from './trial.js';

const BLOCKS = 300;

interface Preview {
  readonly allowed: boolean;
  readonly refusals: readonly string[];
  readonly members: readonly { readonly userId: string; readonly role: string }[];
  readonly blocks: number;
  readonly bytes: number;
  readonly rows: { readonly vlobAtoms: number; readonly keyBundles: number };
  readonly stores: readonly object[];
  readonly purgeMode: string;
}

let trial: Trial;
let world: ControlledWorld;
let path: string;
let token: string;
beforeAll(async () => {
  trial = await startTrial({ versioning: true });
  world = await seedControlledWorld(trial, BLOCKS);
  path = `/workspace/${world.doomed.workspaceId}`;
  token = await trial.system.issuer.tokenFor('ada');
});
afterAll(() => trial.stop());

const previewed = async () => {
  const { status, body } = await world.admin('GET', `${path}/deletion/preview`);
  expect(status).toBe(200);
  return body['preview'] as Preview;
};
const deleteWith = async (key: string, of = path) => {
  const headers = { authorization: `Bearer ${token}`, 'idempotency-key': key };
  const response = await fetch(trial.system.gatewayUrl + of, { method: 'DELETE', headers });
  return [response.status, await response.json()] as const;
};
const watch = async (lastEventId?: string) => {
  const headers = {
    authorization: `Bearer ${token}`,
    ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
  };
  const response = await fetch(`${trial.system.gatewayUrl}${path}/deletion/events`, { headers });
  const text = await response.text(); // until it ends
  const events = [...text.matchAll(/^event: deletion\nid: (\S+)\ndata: (.+)$/gm)];
  return {
    status: response.status,
    events: events.map(([, id = '', data = '']) => ({ id, ...(JSON.parse(data) as { state: string }) })),
  };
};

describe('a deletion that was previewed', () => {
  let preview: Preview;

  it('is refused while a hold is in force, as the preview says', async () => {
    await world.admin('PUT', `${path}/hold`, { origin: 'court', reason: 'case 7' });
    expect(await previewed()).toMatchObject({ allowed: false, refusals: ['HELD'] });
    expect(await world.admin('DELETE', path)).toMatchObject({
      status: 409,
      body: { code: 'HELD', blockers: { holds: 1 } },
    });
    expect((await world.admin('DELETE', `${path}/hold?origin=court`)).status).toBe(200);
  });

  it('is previewed without a change', async () => {
    preview = await previewed();
    expect(preview).toMatchObject({
      allowed: true,
      refusals: [],
      blocks: BLOCKS,
      bytes: BLOCKS * 512,
      rows: { vlobAtoms: 10, keyBundles: 1 },
      stores: [{ name: 'primary', mayRefuse: false, reasons: [] }],
      purgeMode: 'automatic',
    });
    expect(preview.members.map(({ userId, role }) => `${userId}:${role}`).sort()).toEqual([
      'ada:ADMIN',
      'ben:WRITE',
    ]);
    expect((await previewed()).rows).toEqual(preview.rows);
    expect((await world.admin('GET', path)).status).toBe(200);
  });

  it('happens once for its key, and is watched to its end', async () => {
    expect(await deleteWith('key-1')).toEqual([200, { success: true }]);
    const watched = watch();
    expect(await deleteWith('key-1')).toEqual([200, { success: true }]);
    expect(await deleteWith('key-1', `${path}0`)).toMatchObject([422, { code: 'IDEMPOTENCY_KEY_REUSED' }]);

    const { status, events } = await watched;
    const states = events.map(({ state }) => state);
    expect(status).toBe(200);
    expect(states.at(-1)).toBe('purged');
    expect([...states].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b))).toEqual(states);
    expect(events.filter(({ id }, n) => id === events[n - 1]?.id)).toEqual([]);
    expect(await watch(events.at(-1)?.id)).toEqual({ status: 204, events: [] });
    expect((await watch('of another time')).events.map(({ id }) => id)).toEqual([events.at(-1)?.id]);
  });

  it('removed what was previewed, and nothing else', async () => {
    const deletion: Deletion = await trial.deletionOf(world.doomed.workspaceId);
    expect(deletion.progress).toMatchObject({ blocksTotal: preview.blocks, bytesTotal: preview.bytes });
    const removed = deletion.participants.find(({ participant }) => participant === 'realm-purge')?.evidence
      ?.removed;
    expect(removed).toMatchObject({
      blocks: preview.blocks,
      vlob_atoms: preview.rows.vlobAtoms,
      key_bundles: preview.rows.keyBundles,
    });
    expect(await trial.oracle(world.expectations)).toEqual(FOUR_ZEROS);
  });
});

const ORDER = ['scheduled', 'purging', 'purged'];
