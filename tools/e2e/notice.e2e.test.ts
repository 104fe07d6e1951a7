import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { eventually } from '@lethe/testkit';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Expectation } from '../system/oracle.js';
import { expectOk } from '../system/rest.js';
import { createWorkspace, seedOrganization, type SampleWorkspace } from '../system/world.js';
import { FOUR_ZEROS, startTrial, type Trial } from './trial.js';

const LETHE = join(import.meta.dirname, '../../apps/cli/dist/main.js');
const run = promisify(execFile);
const JOURNEY = ['deletion_scheduled', 'purge_approaching', 'purge_started', 'purged'].map(
  (what) => `workspace.${what}`,
);
/** What nobody outside the workspace database may read. */
const NAME = 'Secret plans of Jane Doe';

interface Notice {
  readonly id: string;
  readonly raw: string;
  readonly type: string;
  readonly timestamp: string;
  readonly data: Record<string, unknown>;
}

/** A subscriber: believes what it can verify, and answers as told. */
async function startSubscriber() {
  const heard: Notice[] = [];
  const subscriber = {
    heard,
    secret: '',
    answer: (response: ServerResponse): void => void response.writeHead(204).end(),
    url: '',
    stop: () => new Promise<void>((resolve) => server.close(() => resolve()).closeAllConnections()),
  };
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const raw = await text(request);
    const headers = request.headers as Record<string, string>;
    const verified = new Webhook(subscriber.secret).verify(raw, headers) as Omit<Notice, 'id' | 'raw'>;
    heard.push({ ...verified, id: headers['webhook-id'] ?? '', raw });
    subscriber.answer(response);
  };
  const server = createServer((request, response) => {
    take(request, response).catch(() => response.writeHead(401).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  subscriber.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/0123456789`;
  return subscriber;
}

describe('those who lose access', () => {
  let trial: Trial;
  let subscriber: Awaited<ReturnType<typeof startSubscriber>>;
  let stranger: typeof subscriber;
  const expectations: Expectation[] = [];

  const lethe = async (...args: string[]) =>
    JSON.parse(
      (
        await run(process.execPath, [LETHE, 'webhook', ...args, '--json'], {
          env: { ...trial.system.operatorEnv },
        })
      ).stdout,
    ) as Record<string, string>;
  const subscribe = async (organization: string, to: typeof subscriber) => {
    const { secret } = await lethe(
      ...['add', '--organization', organization, '--url', to.url],
      ...['--event', ...JOURNEY],
    );
    to.secret = secret!;
  };
  const of = ({ workspaceId }: SampleWorkspace) =>
    subscriber.heard.filter(({ data }) => data['workspaceId'] === workspaceId);
  const doom = async () => {
    const ada = await trial.rest('ada');
    const workspace = await createWorkspace(trial, ada, NAME, { blocks: 20 });
    expectations.push({ ...workspace, fate: 'purged' });
    await expectOk(ada('DELETE', `/workspace/${workspace.workspaceId}`));
    return workspace;
  };

  beforeAll(async () => {
    trial = await startTrial();
    [subscriber, stranger] = await Promise.all([startSubscriber(), startSubscriber()]);
    const policy = {
      // Shorter than the notice: announced at once, and time enough to announce it before the purge.
      graceSeconds: 3,
      orphanDelaySeconds: 0,
      sequestered: false,
      purgeMode: 'automatic',
    } as const;
    for (const [organization, user] of [
      ['org1', 'ada'],
      ['org10', 'eve'],
    ] as const)
      await seedOrganization(trial.pools.workspace, organization, policy, [{ userId: user, orgRole: 255 }]);
    await subscribe('org1', subscriber);
    await subscribe('org10', stranger);
  });
  afterAll(async () => {
    await trial.stop();
    await Promise.all([subscriber.stop(), stranger.stop()]);
  });

  it('hear of a deletion from its scheduling to its end, in order, signed, and no name', async () => {
    const workspace = await doom();
    const deletion = await trial.purged(workspace.workspaceId);
    await eventually('all is heard', () => Promise.resolve(of(workspace).length === JOURNEY.length));
    const notices = of(workspace);
    expect(notices.map(({ type }) => type)).toEqual(JOURNEY);
    for (const { data } of notices)
      expect(data).toMatchObject({ organizationId: 'org1', epoch: 1, deletionId: deletion.deletionId });
    expect(notices[1]?.data['purgeTime']).toBe(deletion.purgeTime?.toISOString());
    expect(notices[3]?.data['certificateId']).toBe(deletion.certificateId);
    for (const { raw } of notices) expect(raw).not.toMatch(/Secret|Jane|Sample|@|\bada\b/);
  });

  it('hear what happened while the sender was dead, and once more what it could not record, by the same id', async () => {
    const sender = trial.system.services['webhook-sender'];
    const waiting: ServerResponse[] = [];
    subscriber.answer = (response) => void waiting.push(response);
    const workspace = await doom();
    await eventually('the first one is under way', () => Promise.resolve(of(workspace).length === 1));
    await sender.kill();
    await trial.purged(workspace.workspaceId);
    subscriber.answer = (response) => void response.writeHead(204).end();
    for (const response of waiting) response.end();
    // As if the minute had passed after which its work counts as lost.
    await trial.pools.webhook.query(`update delivery set lease_time = now() where lease_time is not null`);
    await sender.start();
    await eventually('all is heard', () => Promise.resolve(of(workspace).length === JOURNEY.length + 1));
    const [first, again, ...others] = of(workspace);
    expect([again?.id, again?.raw]).toEqual([first?.id, first?.raw]);
    expect([again, ...others].map((notice) => notice?.type)).toEqual(JOURNEY);
    expect(new Set(of(workspace).map(({ id }) => id)).size).toBe(JOURNEY.length);
  });

  it('and nobody else, nor a log, and the deletion is what it would have been', async () => {
    expect(stranger.heard).toEqual([]);
    expect(await lethe('dead-letters', '--all-organizations')).toEqual([]);
    const log = await readFile(join(trial.logs, 'webhook-sender.log'), 'utf8');
    expect(log).toContain('webhook created');
    for (const secret of [subscriber.secret, stranger.secret, new URL(subscriber.url).pathname])
      expect(log).not.toContain(secret);
    expect(await trial.oracle(expectations)).toEqual(FOUR_ZEROS);
  });
});
