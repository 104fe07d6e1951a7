import { status } from '@grpc/grpc-js';
import type { PlaceHoldRequest } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import { afterEach, describe, expect, it } from 'vitest';
import { WORKSPACE } from '../testing/deletions.js';
import { IN_FORCE } from '../testing/holds.js';
import { lethe } from '../testing/run-lethe.js';
import { startScriptedService, type Script, type ScriptedService } from '../testing/scripted-service.js';

let service: ScriptedService | undefined;
afterEach(() => service?.stop());

const WHY = ['--origin', 'district court', '--reason', 'case 12/2026'];
async function place(script: Script, argv: string[], env: Record<string, string> = {}) {
  service = await startScriptedService(script);
  return lethe(['hold', 'place', ...argv], { env: { ...service.env, ...env } });
}
function remembers(asked: PlaceHoldRequest[], hold: typeof IN_FORCE | undefined = IN_FORCE): Script {
  return {
    placeHold(request) {
      asked.push(request);
      return { holdId: IN_FORCE.holdId, placeTime: IN_FORCE.placeTime, hold };
    },
  };
}

describe('lethe hold place', () => {
  it('places a hold in the name of --by, and prints what is in force', async () => {
    const asked: PlaceHoldRequest[] = [];
    const outcome = await place(remembers(asked), [WORKSPACE, ...WHY, '--by', 'ann'], {
      LETHE_OPERATOR: 'somebody else',
    });
    expect(outcome).toEqual({
      code: 0,
      output: `Hold 5f0c7a9e-9a3b-4a49-8f0d-0f3a1f3f6f01, in force
  workspace  ${WORKSPACE}
  origin     district court
  reason     case 12/2026
  placed     2026-05-20T08:00:00.000000Z by ann (operator)
`,
      errors: '',
    });
    expect(asked).toEqual([
      {
        workspaceId: WORKSPACE,
        origin: 'district court',
        reason: 'case 12/2026',
        placedBy: 'ann',
        caller: undefined,
      },
    ]);
  });

  it('takes the name from LETHE_OPERATOR, never from the login', async () => {
    const asked: PlaceHoldRequest[] = [];
    await place(remembers(asked), [WORKSPACE, ...WHY], { LETHE_OPERATOR: 'bob', USER: 'root' });
    expect(asked.map(({ placedBy }) => placedBy)).toEqual(['bob']);
    await service?.stop();
    const login = { USER: 'root', LOGNAME: 'root', USERNAME: 'root' };
    expect(await place(remembers(asked), [WORKSPACE, ...WHY], login)).toEqual({
      code: 2,
      output: '',
      errors:
        'lethe: LETHE_OPERATOR is missing: set it to your name, as the audit shall keep it, or give --by NAME\n',
    });
    expect(asked).toHaveLength(1);
  });

  it('prints JSON', async () => {
    const { output } = await place(remembers([]), [WORKSPACE, ...WHY, '--by', 'ann', '--json']);
    expect(JSON.parse(output)).toEqual({
      hold_id: IN_FORCE.holdId,
      workspace_id: WORKSPACE,
      origin: 'district court',
      reason: 'case 12/2026',
      placed_by: 'ann',
      by_operator: true,
      place_time: '2026-05-20T08:00:00.000000Z',
      released_by: null,
      release_time: null,
    });
  });

  it.each([
    [status.FAILED_PRECONDITION, 'PURGE_STARTED', 'The purge of this workspace has started'],
    [status.ALREADY_EXISTS, 'HOLD_EXISTS', 'This origin has a hold in force for another reason'],
  ])('ends with 1 where it is refused with %i', async (code, reason, message) => {
    const placeHold = () => {
      throw new RefusalError({ code, reason, message });
    };
    expect(await place({ placeHold }, [WORKSPACE, ...WHY, '--by', 'ann'])).toEqual({
      code: 1,
      output: '',
      errors: `lethe: ${message}\n`,
    });
  });

  it('never says that a hold is in force where the answer does not show one', async () => {
    const empty: Script = { placeHold: () => ({ holdId: 'x', placeTime: undefined, hold: undefined }) };
    expect(await place(empty, [WORKSPACE, ...WHY, '--by', 'ann'])).toMatchObject({ code: 70, output: '' });
  });

  it.each([
    ['no workspace', WHY],
    ['a workspace that is none', ['all', ...WHY]],
    ['no origin', [WORKSPACE, '--reason', 'r', '--by', 'ann']],
    ['no reason', [WORKSPACE, '--origin', 'o', '--by', 'ann']],
    ['an empty origin', [WORKSPACE, '--origin', '', '--reason', 'r', '--by', 'ann']],
    ['a blank reason', [WORKSPACE, '--origin', 'o', '--reason', ' ', '--by', 'ann']],
    ['nobody', [WORKSPACE, ...WHY, '--by', '']],
  ])('refuses %s with 2, before it calls anybody', async (_, argv) => {
    const asked: PlaceHoldRequest[] = [];
    const outcome = await place(remembers(asked), argv, { LETHE_OPERATOR: 'ann' });
    expect(outcome).toMatchObject({ code: 2, output: '' });
    expect(outcome.errors).toMatch(/^error: /);
    expect(asked).toEqual([]);
  });
});
