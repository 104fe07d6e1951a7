import { createHash } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import { WorkspaceServiceClient, WorkspaceServiceService } from '@lethe/contracts';
import {
  createGrpcCaller,
  createGrpcServer,
  Handlers,
  parseCallers,
  type CallContext,
  type GrpcCaller,
  type GrpcServer,
} from '@lethe/service';
import { createLogger } from '@lethe/telemetry';
import { createProxy, type Proxy } from '@lethe/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const TOKEN = 'token';
const LIMITS = { shutdownMs: 500, keepaliveMs: 100, silenceMs: 1_000 };

/** Of calls that do nothing but wait for their signal: that one has started, and that it has given up. */
let started: Promise<void>;
let givenUp: Promise<void>;
let server: GrpcServer;
let proxy: Proxy;
let caller: GrpcCaller<WorkspaceServiceClient>;
beforeEach(async () => {
  let [start, giveUp] = [(): void => undefined, (): void => undefined];
  started = new Promise((resolve) => (start = resolve));
  givenUp = new Promise((resolve) => (giveUp = resolve));
  const work = async ({ signal }: CallContext): Promise<void> => {
    start();
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
    });
    giveUp();
  };
  const hash = createHash('sha256').update(TOKEN).digest('hex');
  const handlers = new Handlers(parseCallers(`gateway=${hash}`), () => true, createLogger('test', 'silent'));
  const implementation = {
    getDeletion: handlers.unary(async (_, context) => {
      await work(context);
      return { deletion: undefined };
    }),
    // eslint-disable-next-line require-yield -- it only waits
    watchDeletion: handlers.serverStream(async function* (_, context): AsyncGenerator<never> {
      await work(context);
    }),
  };
  const served = [{ definition: WorkspaceServiceService, implementation }];
  server = createGrpcServer('grpc', '127.0.0.1:0', served, LIMITS);
  await server.start();
  proxy = await createProxy(server.address);
  caller = createGrpcCaller(WorkspaceServiceClient, proxy.address, TOKEN);
});
afterEach(async () => {
  caller.close();
  await proxy.close();
  await server.stop();
});

const request = { workspaceId: 'w', caller: undefined, lastEventId: '' };
const unary = (deadlineMs: number) =>
  caller.unary((client) => client.getDeletion, request, { deadlineMs }).catch((error: unknown) => error);
const watch = (deadline = Infinity) => {
  const stream = caller.client.watchDeletion(request, caller.metadata(), { deadline });
  return { stream, ended: new Promise((resolve) => stream.on('error', resolve).resume()) };
};

describe('the work of a call is told to end', () => {
  it('when its deadline passes', async () => {
    expect(await unary(200)).toMatchObject({ code: status.DEADLINE_EXCEEDED });
    await givenUp;
  });

  it('when the deadline of its stream passes', async () => {
    expect(await watch(Date.now() + 200).ended).toMatchObject({ code: status.DEADLINE_EXCEEDED });
    await givenUp;
  });

  it('when its caller cancels it', async () => {
    const { stream, ended } = watch();
    await started;
    stream.cancel();
    expect(await ended).toMatchObject({ code: status.CANCELLED });
    await givenUp;
  });

  it('when its caller is gone without a word', async () => {
    const { ended } = watch();
    await started;
    proxy.mute();
    await givenUp;
    await proxy.cut();
    await ended;
  });
});

describe('a server', () => {
  it('stops, also right when it gives up a connection', async () => {
    const { ended } = watch();
    await started;
    proxy.mute();
    await givenUp;
    await server.stop();
    await proxy.cut();
    await ended;
  });
});
