import { status } from '@grpc/grpc-js';
import type { Deletion } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import { afterEach, describe, expect, it } from 'vitest';
import { PURGED, purging, WORKSPACE } from '../testing/deletions.js';
import { lethe } from '../testing/run-lethe.js';
import { startScriptedService, type Script, type ScriptedService } from '../testing/scripted-service.js';

let service: ScriptedService | undefined;
afterEach(() => service?.stop());

const sends = (...deletions: Deletion[]): Script => ({
  async *watchDeletion() {
    yield* deletions;
  },
});
const breaks = () =>
  new RefusalError({ code: status.UNAVAILABLE, reason: 'UNAVAILABLE', message: 'connection reset' });

async function watch(script: Script) {
  service = await startScriptedService(script);
  return lethe(['deletion', 'watch', WORKSPACE], { env: service.env });
}

describe('a watch that is cut off', () => {
  it('comes back when the connection breaks, and says so', async () => {
    let watches = 0;
    const outcome = await watch({
      async *watchDeletion() {
        watches += 1;
        if (watches === 1) yield purging(1200);
        if (watches < 4) throw breaks();
        yield PURGED;
      },
    });
    expect(outcome).toMatchObject({ code: 0, errors: '' });
    expect(outcome.output.match(/connection lost/g)).toHaveLength(1);
  });

  it('lives through a restart of the service', async () => {
    const first = await startScriptedService({
      async *watchDeletion(_, signal) {
        yield purging(1200);
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
      },
    });
    let restarted: Promise<void> | undefined;
    const restart = async () => {
      await first.stop();
      service = await startScriptedService(sends(purging(1300), PURGED), first.address);
    };
    const outcome = await lethe(['deletion', 'watch', WORKSPACE], {
      env: first.env,
      reconnect: { attempts: 20, pauseMs: () => 50 },
      onOutput: () => {
        restarted ??= restart();
      },
    });
    await restarted;
    expect(outcome).toMatchObject({ code: 0, errors: '' });
    expect(outcome.output).toMatch(/1200 of(.*\n)+connection lost(.*\n)+.*1300 of(.*\n)+purged/);
  });

  it('gives up with 69 when the service stays away, or was never there', async () => {
    let watches = 0;
    const script: Script = {
      async *watchDeletion() {
        watches += 1;
        if (watches === 1) yield purging(1200);
        throw breaks();
      },
    };
    expect(await watch(script)).toMatchObject({ code: 69 });
    expect(watches).toBe(1 + 5);
    await service?.stop();
    const never = await lethe(['deletion', 'watch', WORKSPACE], { env: service!.env });
    expect(never).toMatchObject({ code: 69, output: '' });
  });

  it('is not content with a stream that ends before the deletion does', async () => {
    expect(await watch(sends(purging(1200)))).toMatchObject({ code: 69 });
  });
});
