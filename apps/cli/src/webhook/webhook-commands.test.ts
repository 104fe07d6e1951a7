import { status } from '@grpc/grpc-js';
import { DeadLetter, Webhook, type CreateWebhookRequest } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import { afterEach, describe, expect, it } from 'vitest';
import { lethe } from '../testing/run-lethe.js';
import {
  startScriptedService,
  TOKEN,
  type Script,
  type ScriptedService,
} from '../testing/scripted-service.js';

let service: ScriptedService | undefined;
afterEach(() => service?.stop());
async function against(script: Script, argv: string[]) {
  await service?.stop();
  service = await startScriptedService(script);
  return lethe(['webhook', ...argv], { env: service.env });
}

const ID = '0a1f3c52-6c1b-4a6e-9b0e-2f6b3a0c9d0';
const SECRET = 'whsec_c2VjcmV0';
const IN_USE = Webhook.fromPartial({
  webhookId: `${ID}1`,
  organizationId: 'org1',
  url: 'https://example.org/hook',
  eventTypes: ['workspace.deletion_scheduled', 'workspace.purged'],
  createTime: new Date('2026-05-20T08:00:00Z'),
});
const DISABLED = { ...IN_USE, webhookId: `${ID}2`, disableTime: new Date('2026-05-21T08:00:00Z') };
const LETTER = DeadLetter.fromPartial({
  deliveryId: `${ID}3`,
  webhookId: `${ID}1`,
  organizationId: 'evil\u001b[2J\norg',
  workspaceId: `${ID}4`,
  eventType: 'workspace.purged',
  eventId: `${ID}5`,
  eventTime: new Date('2026-05-20T08:00:00Z'),
  attempts: 10,
  reason: 'answered 500',
  endTime: new Date('2026-05-23T08:00:00Z'),
});
const ONE = ['--organization', 'org1'];
const ADD = ['add', ...ONE, '--url', 'https://example.org/hook', '--event', 'workspace.purged'];
const refusing = (code: status, message: string) => () => {
  throw new RefusalError({ code, reason: 'REASON', message });
};

describe('lethe webhook add', () => {
  const remembers = (asked: CreateWebhookRequest[]): Script => ({
    createWebhook(request) {
      asked.push(request);
      return { webhook: IN_USE, secret: SECRET };
    },
  });

  it('prints the webhook with its secret', async () => {
    const asked: CreateWebhookRequest[] = [];
    expect(
      await against(remembers(asked), [...ADD, 'workspace.restored', '--event', 'workspace.orphaned']),
    ).toEqual({
      code: 0,
      output: `Webhook ${ID}1, in use
  organization  org1
  url           https://example.org/hook
  event         workspace.deletion_scheduled
  event         workspace.purged
  created       2026-05-20T08:00:00.000000Z
  secret        ${SECRET}
`,
      errors: '',
    });
    expect(asked).toEqual([
      {
        organizationId: 'org1',
        url: 'https://example.org/hook',
        eventTypes: ['workspace.purged', 'workspace.restored', 'workspace.orphaned'],
      },
    ]);
    const { output } = await against(remembers([]), [...ADD, '--json']);
    expect(JSON.parse(output)).toEqual({
      webhook_id: `${ID}1`,
      organization_id: 'org1',
      url: 'https://example.org/hook',
      event_types: ['workspace.deletion_scheduled', 'workspace.purged'],
      create_time: '2026-05-20T08:00:00.000000Z',
      disable_time: null,
      secret: SECRET,
    });
  });

  it('says with 1 why it is refused, and never claims one without its secret', async () => {
    const message = 'url must start with https://';
    expect(await against({ createWebhook: refusing(status.INVALID_ARGUMENT, message) }, ADD)).toEqual({
      code: 1,
      output: '',
      errors: `lethe: ${message}\n`,
    });
    for (const answer of [
      { webhook: undefined, secret: SECRET },
      { webhook: IN_USE, secret: '' },
    ])
      expect(await against({ createWebhook: () => answer }, ADD)).toMatchObject({ code: 70, output: '' });
  });

  it.each([
    ['no organization', ['add', '--url', 'u', '--event', 'e']],
    ['an empty organization', ['add', '--organization', '', '--url', 'u', '--event', 'e']],
    ['no url', ['add', ...ONE, '--event', 'e']],
    ['no event', ['add', ...ONE, '--url', 'u']],
    ['an event without a value', ['add', ...ONE, '--url', 'u', '--event']],
  ])('refuses %s with 2, before it calls anybody', async (_, argv) => {
    const asked: CreateWebhookRequest[] = [];
    expect(await against(remembers(asked), argv)).toMatchObject({ code: 2, output: '' });
    expect(asked).toEqual([]);
  });
});

describe('lethe webhook list and dead-letters', () => {
  const both: Script = {
    listWebhooks: ({ pageToken }) =>
      pageToken === ''
        ? { webhooks: [IN_USE], nextPageToken: '1' }
        : { webhooks: [DISABLED], nextPageToken: '' },
    listDeadLetters: () => ({ deadLetters: [LETTER], nextPageToken: '' }),
  };

  it('print every page', async () => {
    const { code, output } = await against(both, ['list', ...ONE]);
    expect(code).toBe(0);
    expect(output).toMatch(
      new RegExp(`^Webhook ${ID}1, in use\n[^]*Webhook ${ID}2, disabled: its endpoint is gone\n`),
    );
    expect(output).not.toContain('secret');
    const { output: json } = await against(both, ['list', ...ONE, '--json']);
    expect(JSON.parse(json)).toMatchObject([
      { disable_time: null },
      { disable_time: '2026-05-21T08:00:00.000000Z' },
    ]);
  });

  it('print dead letters on a line each, whatever stands in them', async () => {
    expect(await against(both, ['dead-letters', '--all-organizations'])).toEqual({
      code: 0,
      output: `Delivery ${ID}3  given_up=2026-05-23T08:00:00.000000Z  event=workspace.purged              webhook=${ID}1  workspace=${ID}4  attempts=10  organization=evil\\u001b[2J\\u000aorg  reason=answered 500\n`,
      errors: '',
    });
    const { output } = await against(both, ['dead-letters', ...ONE, '--json']);
    expect(JSON.parse(output)).toMatchObject([
      { delivery_id: `${ID}3`, attempts: 10, reason: 'answered 500' },
    ]);
  });

  it.each(['list', 'dead-letters'])(
    '%s asks for one organization or all of them, by their word',
    async (command) => {
      const asked: string[] = [];
      const script: Script = {
        listWebhooks: ({ organizationId }) => {
          asked.push(organizationId);
          return { webhooks: [], nextPageToken: '' };
        },
        listDeadLetters: ({ organizationId }) => {
          asked.push(organizationId);
          return { deadLetters: [], nextPageToken: '' };
        },
      };
      expect(await against(script, [command, ...ONE])).toMatchObject({
        code: 0,
        output: expect.stringMatching(/^No /),
      });
      expect(await against(script, [command, '--all-organizations', '--json'])).toMatchObject({
        output: '[]\n',
      });
      expect(asked).toEqual(['org1', '']);
      for (const argv of [[], ['--organization', ''], ['--all-organizations', ...ONE]])
        expect(await against(script, [command, ...argv])).toMatchObject({ code: 2, output: '' });
      expect(asked).toHaveLength(2);
    },
  );
});

describe('lethe webhook remove and retry', () => {
  it.each([
    ['remove', `Removed webhook ${ID}1\n`, { webhook_id: `${ID}1`, removed: true }],
    ['retry', `Delivery ${ID}1 is pending again\n`, { delivery_id: `${ID}1`, state: 'pending' }],
  ])('%s says what was done', async (command, output, json) => {
    const asked: object[] = [];
    const take = (request: object) => {
      asked.push(request);
      return {};
    };
    const script: Script = { deleteWebhook: take, retryDelivery: take };
    expect(await against(script, [command, `${ID}1`.toUpperCase()])).toEqual({ code: 0, output, errors: '' });
    expect(JSON.parse((await against(script, [command, `${ID}1`, '--json'])).output)).toEqual(json);
    expect(Object.values(asked[0]!)).toEqual([`${ID}1`]);
    for (const argv of [[], [''], ['all']])
      expect(await against(script, [command, ...argv])).toMatchObject({ code: 2, output: '' });
    expect(asked).toHaveLength(2);
    const none = refusing(status.NOT_FOUND, 'Not found');
    expect(await against({ deleteWebhook: none, retryDelivery: none }, [command, `${ID}1`])).toEqual({
      code: 1,
      output: '',
      errors: 'lethe: Not found\n',
    });
  });
});

describe('the connection to the webhook sender', () => {
  it('is by WEBHOOK_SENDER_ADDRESS or --server, and its failures name it', async () => {
    const argv = ['webhook', 'list', ...ONE];
    expect(
      await lethe(argv, { env: { WORKSPACE_SERVICE_ADDRESS: '127.0.0.1:1', GRPC_TOKEN: TOKEN } }),
    ).toEqual({
      code: 2,
      output: '',
      errors: 'lethe: WEBHOOK_SENDER_ADDRESS is missing: set it to host:port\n',
    });
    const away = await lethe([...argv, '--server', '127.0.0.1:1'], { env: { GRPC_TOKEN: TOKEN } });
    expect(away).toMatchObject({ code: 69, output: '' });
    expect(away.errors).toContain('cannot reach the webhook sender at 127.0.0.1:1');
  });
});
