import { status } from '@grpc/grpc-js';
import { DeletionState, type Deletion } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import { afterEach, describe, expect, it } from 'vitest';
import { PURGED, purging, RESTORED, SCHEDULED, WORKSPACE } from '../testing/deletions.js';
import { lethe, type RunOptions } from '../testing/run-lethe.js';
import { startScriptedService, type Script, type ScriptedService } from '../testing/scripted-service.js';

let service: ScriptedService | undefined;
afterEach(() => service?.stop());

/** Sends these, then ends the stream. */
const sends = (...deletions: Deletion[]): Script => ({
  async *watchDeletion() {
    yield* deletions;
  },
});
async function watch(script: Script, argv: string[] = [], options: RunOptions = {}) {
  service = await startScriptedService(script);
  return lethe(['deletion', 'watch', WORKSPACE, ...argv], { ...options, env: service.env });
}

const held = {
  type: 'blocked',
  source: 'blob-sweeper',
  message: '12 blocks are locked',
  since: undefined,
  until: new Date('2026-07-01T00:00:00Z'),
};

describe('lethe deletion watch', () => {
  it('prints a line for each change, and ends with 0 when the workspace is purged', async () => {
    const script = sends(SCHEDULED, SCHEDULED, purging(1200), purging(1200), purging(5000), PURGED);
    expect(await watch(script)).toEqual({
      code: 0,
      output:
        'scheduled: not purged before 2026-06-09T13:06:02.295000Z\n' +
        'purging: 1200 of 5000 blocks, 24 %, 5.0 MiB, 2000 blocks/s, about 2 s left\n' +
        'purging: 5000 of 5000 blocks, 100 %, 5.0 MiB\n' +
        'purged at 2026-06-09T13:07:00.000000Z, deletion certificate 0a1f3c52-6c1b-4a6e-9b0e-2f6b3a0c9d01\n',
      errors: '',
    });
  });

  it('goes on with the replay that takes the place of a deletion', async () => {
    const superseded = { ...purging(5000), state: DeletionState.SUPERSEDED };
    const { code, output } = await watch(sends(purging(5000), superseded, purging(1200), PURGED));
    expect(code).toBe(0);
    expect(output.split('\n').map((line) => line.split(/[: ]/)[0])).toEqual([
      ...['purging', 'superseded', 'purging', 'purged', ''],
    ]);
    expect(output).toContain('superseded: a replay took its place\n');
  });

  it('ends with 3 when it was restored', async () => {
    expect(await watch(sends(SCHEDULED, RESTORED))).toMatchObject({
      code: 3,
      output: expect.stringMatching(/\nrestored at 2026-05-11T00:00:00.000000Z by user-2\n$/),
    });
  });

  it('tells what holds it up, once, and when nothing does any more', async () => {
    const { output } = await watch(
      sends(purging(10, { conditions: [held] }), purging(20, { conditions: [held] }), purging(30), PURGED),
    );
    const lines = output.split('\n').filter((line) => /held|holds/.test(line));
    expect(lines).toEqual([
      'held up: blocked by blob-sweeper: 12 blocks are locked (until 2026-07-01T00:00:00.000000Z)',
      'nothing holds it up any more',
    ]);
  });

  it('prints one JSON object a line', async () => {
    const { output, code } = await watch(sends(purging(1200), PURGED), ['--json'], { terminal: true });
    const states = output.trimEnd().split('\n');
    expect(code).toBe(0);
    expect(states.map((line) => (JSON.parse(line) as { state: string }).state)).toEqual([
      'purging',
      'purged',
    ]);
  });

  it('draws a bar with the true total on a terminal', async () => {
    const { output, code } = await watch(sends(purging(1200), purging(3000), PURGED), [], { terminal: true });
    expect(code).toBe(0);
    expect(output).toMatch(/purging \[=+-+\] 24% \| 1200\/5000 blocks \| 2000 blocks\/s/);
    expect(output).toMatch(/100% \| 5000\/5000 blocks/);
    expect(output).toMatch(/\npurged at 2026-06-09T13:07:00.000000Z/);
  });

  it('ends with 1 where there is no deletion', async () => {
    const script: Script = {
      // eslint-disable-next-line require-yield -- it refuses
      async *watchDeletion() {
        throw new RefusalError({
          code: status.NOT_FOUND,
          reason: 'DELETION_NOT_FOUND',
          message: 'this workspace has no deletion',
        });
      },
    };
    expect(await watch(script)).toEqual({
      code: 1,
      output: '',
      errors: 'lethe: this workspace has no deletion\n',
    });
  });

  it.each([false, true])('ends with 130 on Ctrl-C and says how to go on (terminal: %s)', async (terminal) => {
    const interrupt = new AbortController();
    let cancelled = false;
    const script: Script = {
      async *watchDeletion(_, signal) {
        yield purging(1200);
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
        cancelled = true;
      },
    };
    const outcome = await watch(script, [], {
      terminal,
      signal: interrupt.signal,
      onOutput: (soFar) => {
        if (soFar.includes('1200')) interrupt.abort();
      },
    });
    expect(outcome).toMatchObject({
      code: 130,
      errors: `lethe: interrupted. The deletion goes on by itself. Go on watching with: lethe deletion watch ${WORKSPACE}\n`,
    });
    await expect.poll(() => cancelled).toBe(true);
  });

  it('takes the 32 hex digits of a realm, and nothing else', async () => {
    const asked: string[] = [];
    service = await startScriptedService({
      async *watchDeletion({ workspaceId }) {
        asked.push(workspaceId);
        yield PURGED;
      },
    });
    const { env } = service;
    const hex = WORKSPACE.replaceAll('-', '').toUpperCase();
    expect(await lethe(['deletion', 'watch', hex], { env })).toMatchObject({ code: 0 });
    for (const wrong of ['', 'all', `${hex}0`, `${WORKSPACE} `])
      expect(await lethe(['deletion', 'watch', wrong], { env })).toMatchObject({ code: 2, output: '' });
    expect(asked).toEqual([WORKSPACE]);
  });
});
