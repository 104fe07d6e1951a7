import { status } from '@grpc/grpc-js';
import { DeletionState } from '@lethe/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startGateway, type RunningGateway } from '../testing/running-gateway.js';
import { deletion } from '../testing/samples.js';
import type { StreamedCall } from '../testing/scripted-service.js';
import { cancelled, eventOf, openStream, streamedCalls } from '../testing/watched-stream.js';

const HEARTBEAT_MS = 50;

let running: RunningGateway;
let token: string;
beforeAll(async () => {
  running = await startGateway(
    {},
    { watching: { heartbeatMs: HEARTBEAT_MS, resumedEventMs: 50, firstEventMs: 1_500 } },
  );
  token = await running.issuer.token();
});
afterAll(() => running.stop());
beforeEach(() => {
  running.service.reset();
});

describe('the stream ends', () => {
  it('when the client goes: then the call ends too', async () => {
    const { reader, call } = await openStream(running, token);
    reader.leave();
    await cancelled(call);
  });

  it('when workspace-service breaks off: the client connects again', async () => {
    const { reader, call } = await openStream(running, token);
    call.emit('error', { code: status.UNAVAILABLE, details: 'stopping' });
    await reader.ended;
    expect(reader.response.complete).toBe(true);
    expect(reader.text()).toMatch(/^retry: 2000\n\nevent: deletion\nid: e\ndata: [^\n]+\n\n(:\n\n)*$/);
  });

  it('when an answer makes no sense', async () => {
    const { reader, call } = await openStream(running, token);
    call.write(eventOf('f', { state: DeletionState.UNSPECIFIED }));
    await reader.ended;
    await cancelled(call);
    expect(reader.text()).not.toContain('id: f');
  });

  it('when the token expires', async () => {
    const before = token;
    // Two seconds ago: clocks may differ by five.
    token = await running.issuer.token({ expiresIn: -3 });
    const { reader, call } = await openStream(running, token);
    token = before;
    await Promise.all([reader.ended, cancelled(call)]);
    expect(reader.response.complete).toBe(true);
  });

  it('but not for a token that lives longer than a timer can wait', async () => {
    const before = token;
    token = await running.issuer.token({ expiresIn: 1e10 });
    const { reader } = await openStream(running, token);
    token = before;
    await reader.until((text) => text.endsWith(':\n\n:\n\n'));
    reader.leave();
  });

  it('when the gateway stops, at once, and also for a reader that takes nothing', async () => {
    const stopping = await startGateway();
    const calls = streamedCalls(stopping);
    const theirs = await stopping.issuer.token();
    const open = () => openStream(stopping, theirs, calls);
    const [polite, stuck] = [await open(), await open()];
    stuck.reader.response.pause();
    await flood(stuck.call);
    const begun = performance.now();
    await stopping.stop();
    expect(performance.now() - begun).toBeLessThan(3_000);
    await Promise.all([polite.reader.ended, cancelled(polite.call), cancelled(stuck.call)]);
    expect(polite.reader.response.complete).toBe(true);
    stuck.reader.leave();
  });
});

describe('a slow reader', () => {
  it('slows workspace-service down, and then gets everything', async () => {
    const { reader, call } = await openStream(running, token);
    reader.response.pause();
    const sent = await flood(call);
    // What waits lies in the buffers of two sockets, some megabytes.
    expect(sent).toBeLessThan(MOST);
    reader.response.resume();
    await reader.until((text) => text.includes(`id: ${sent - 1}\n`));
    reader.leave();
    await cancelled(call);
    const ids = [...reader.text().matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
    expect(ids.slice(0, sent)).toEqual(Array.from({ length: sent }, (_, n) => n));
  });
});

/** 16 KiB each, so that all of them were 32 MB: six times what was seen to wait. */
const MOST = 2_000;
const STILL_MS = 400;

/** Writes until nothing is taken any more. @returns how many were written. */
async function flood(call: StreamedCall): Promise<number> {
  const conditions = [{ ...deletion.conditions[0]!, message: 'x'.repeat(16_384) }];
  let sent = 0;
  while (sent < MOST) {
    const taken = call.write(eventOf(`${sent++}`, { conditions }));
    if (!taken && !(await drained(call))) break;
  }
  return sent;
}

function drained(call: StreamedCall): Promise<boolean> {
  return new Promise((resolve) => {
    const still = setTimeout(() => {
      call.removeListener('drain', drain);
      resolve(false);
    }, STILL_MS);
    const drain = () => {
      clearTimeout(still);
      resolve(true);
    };
    call.once('drain', drain);
  });
}
