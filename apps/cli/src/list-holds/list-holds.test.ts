import type { Hold, ListHoldsRequest } from '@lethe/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { WORKSPACE } from '../testing/deletions.js';
import { IN_FORCE, RELEASED } from '../testing/holds.js';
import { lethe } from '../testing/run-lethe.js';
import { startScriptedService, type Script, type ScriptedService } from '../testing/scripted-service.js';

let service: ScriptedService | undefined;
afterEach(() => service?.stop());

async function list(script: Script, ...argv: string[]) {
  service = await startScriptedService(script);
  return lethe(['hold', 'list', WORKSPACE, ...argv], { env: service.env });
}
/** Each hold on a page of its own. */
const paged = (holds: readonly Hold[], asked: ListHoldsRequest[] = []): Script => ({
  listHolds(request) {
    asked.push(request);
    const page = Number(request.pageToken || 0);
    return {
      holds: holds.slice(page, page + 1),
      nextPageToken: page + 1 < holds.length ? `${page + 1}` : '',
    };
  },
});

describe('lethe hold list', () => {
  it('prints every hold, in force or released, safe on a terminal', async () => {
    const asked: ListHoldsRequest[] = [];
    const theirs = {
      ...IN_FORCE,
      origin: 'evil\u001b[2J',
      reason: 'a\nb',
      placedBy: 'user-1',
      byOperator: false,
    };
    expect(await list(paged([theirs, RELEASED], asked))).toEqual({
      code: 0,
      output: `Hold ${IN_FORCE.holdId}, in force
  workspace  ${WORKSPACE}
  origin     evil\\u001b[2J
  reason     a\\u000ab
  placed     2026-05-20T08:00:00.000000Z by user-1 (user)
Hold ${IN_FORCE.holdId}, released
  workspace  ${WORKSPACE}
  origin     district court
  reason     case 12/2026
  placed     2026-05-20T08:00:00.000000Z by ann (operator)
  released   2026-06-20T08:00:00.000000Z by bob
`,
      errors: '',
    });
    expect(asked).toEqual([
      { caller: undefined, workspaceId: WORKSPACE, pageSize: 1000, pageToken: '' },
      { caller: undefined, workspaceId: WORKSPACE, pageSize: 1000, pageToken: '1' },
    ]);
  });

  it('prints JSON', async () => {
    const { output } = await list(paged([IN_FORCE, RELEASED]), '--json');
    expect(JSON.parse(output)).toMatchObject([
      { hold_id: IN_FORCE.holdId, release_time: null },
      { hold_id: RELEASED.holdId, released_by: 'bob' },
    ]);
  });

  it('says that there are none', async () => {
    expect(await list(paged([]))).toEqual({ code: 0, output: 'No holds\n', errors: '' });
    await service?.stop();
    expect(await list(paged([]), '--json')).toEqual({ code: 0, output: '[]\n', errors: '' });
  });
});
