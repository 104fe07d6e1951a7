import { status } from '@grpc/grpc-js';
import type { ReleaseHoldRequest } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import { afterEach, describe, expect, it } from 'vitest';
import { WORKSPACE } from '../testing/deletions.js';
import { RELEASED } from '../testing/holds.js';
import { lethe } from '../testing/run-lethe.js';
import { startScriptedService, type Script, type ScriptedService } from '../testing/scripted-service.js';

let service: ScriptedService | undefined;
afterEach(() => service?.stop());

async function release(script: Script, argv: string[], env: Record<string, string> = {}) {
  service = await startScriptedService(script);
  return lethe(['hold', 'release', ...argv], { env: { ...service.env, ...env } });
}
function remembers(asked: ReleaseHoldRequest[]): Script {
  return {
    releaseHold(request) {
      asked.push(request);
      return { hold: RELEASED };
    },
  };
}
const { holdId } = RELEASED;
const byOrigin = ['--workspace', WORKSPACE.replaceAll('-', ''), '--origin', 'district court'];

describe('lethe hold release', () => {
  it('releases a hold by its id', async () => {
    const asked: ReleaseHoldRequest[] = [];
    expect(await release(remembers(asked), [holdId.toUpperCase(), '--by', 'bob'])).toEqual({
      code: 0,
      output: `Hold ${holdId}, released
  workspace  ${WORKSPACE}
  origin     district court
  reason     case 12/2026
  placed     2026-05-20T08:00:00.000000Z by ann (operator)
  released   2026-06-20T08:00:00.000000Z by bob
`,
      errors: '',
    });
    expect(asked).toEqual([{ holdId, releasedBy: 'bob', caller: undefined, workspaceId: '', origin: '' }]);
  });

  it('releases a hold by its workspace and origin, in the name of LETHE_OPERATOR', async () => {
    const asked: ReleaseHoldRequest[] = [];
    const outcome = await release(remembers(asked), [...byOrigin, '--json'], { LETHE_OPERATOR: 'bob' });
    expect(outcome.code).toBe(0);
    expect(JSON.parse(outcome.output)).toMatchObject({
      hold_id: holdId,
      released_by: 'bob',
      release_time: '2026-06-20T08:00:00.000000Z',
    });
    expect(asked).toEqual([
      {
        holdId: '',
        releasedBy: 'bob',
        caller: undefined,
        workspaceId: WORKSPACE,
        origin: 'district court',
      },
    ]);
  });

  it('ends with 1 where there is none in force, with 70 where the answer is empty', async () => {
    const releaseHold = () => {
      throw new RefusalError({ code: status.NOT_FOUND, reason: 'HOLD_NOT_FOUND', message: 'no such hold' });
    };
    expect(await release({ releaseHold }, [holdId, '--by', 'bob'])).toEqual({
      code: 1,
      output: '',
      errors: 'lethe: no such hold\n',
    });
    await service?.stop();
    expect(
      await release({ releaseHold: () => ({ hold: undefined }) }, [holdId, '--by', 'bob']),
    ).toMatchObject({ code: 70, output: '' });
  });

  it.each([
    ['nothing', []],
    ['both a hold and its origin', [holdId, ...byOrigin]],
    ['both a hold and its workspace', [holdId, '--workspace', WORKSPACE]],
    ['a workspace alone, which would be all its holds', ['--workspace', WORKSPACE]],
    ['an origin alone', ['--origin', 'district court']],
    ['an empty origin', ['--workspace', WORKSPACE, '--origin', '']],
    ['a hold that is none', ['all']],
    ['an empty hold', ['']],
    ['nobody', [holdId, '--by', ' ']],
  ])('refuses %s with 2, before it calls anybody', async (_, argv) => {
    const asked: ReleaseHoldRequest[] = [];
    const outcome = await release(remembers(asked), argv, { LETHE_OPERATOR: 'bob' });
    expect(outcome).toMatchObject({ code: 2, output: '' });
    expect(outcome.errors).toMatch(/^error: /);
    expect(asked).toEqual([]);
  });

  it('refuses to guess who releases it', async () => {
    const asked: ReleaseHoldRequest[] = [];
    const outcome = await release(remembers(asked), [holdId], { USER: 'root', LETHE_OPERATOR: ' ' });
    expect(outcome).toMatchObject({ code: 2, output: '' });
    expect(outcome.errors).toMatch(/LETHE_OPERATOR is missing.*--by NAME/);
    expect(asked).toEqual([]);
  });
});
