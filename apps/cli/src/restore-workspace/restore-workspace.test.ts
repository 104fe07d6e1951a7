import { status } from '@grpc/grpc-js';
import { Workspace, type RestoreWorkspaceRequest } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import { afterEach, describe, expect, it } from 'vitest';
import { WORKSPACE } from '../testing/deletions.js';
import { lethe } from '../testing/run-lethe.js';
import { startScriptedService, type Script, type ScriptedService } from '../testing/scripted-service.js';

let service: ScriptedService | undefined;
afterEach(() => service?.stop());

async function restore(script: Script, ...argv: string[]) {
  service = await startScriptedService(script);
  return lethe(['restore', WORKSPACE, ...argv], { env: service.env });
}

const workspace = Workspace.fromPartial({
  workspaceId: WORKSPACE,
  organizationId: 'org1',
  name: 'secret plans',
  epoch: 4,
  members: [{ userId: 'user-1' }, { userId: 'user-2' }],
});
const restored = (...omittedUserIds: string[]): Script => ({
  restoreWorkspace: () => ({ workspace, omittedUserIds }),
});

describe('lethe restore', () => {
  it('restores as an operator, who names no user', async () => {
    const asked: RestoreWorkspaceRequest[] = [];
    const script: Script = {
      restoreWorkspace(request) {
        asked.push(request);
        return { workspace, omittedUserIds: [] };
      },
    };
    expect(await restore(script)).toEqual({
      code: 0,
      output: `Restored workspace ${WORKSPACE} of organization org1 with 2 members\n`,
      errors: '',
    });
    expect(asked).toEqual([{ caller: undefined, workspaceId: WORKSPACE, idempotencyKey: '' }]);
  });

  it('says who stays out, safe on a terminal, and never the name', async () => {
    const { output, errors } = await restore(restored('user-3', 'evil\u001b[2J\nuser'));
    expect(output).toBe(
      `Restored workspace ${WORKSPACE} of organization org1 with 2 members\n` +
        'Stay out, because they were revoked meanwhile:\n' +
        '  user-3\n' +
        '  evil\\u001b[2J\\u000auser\n',
    );
    expect(output + errors).not.toContain('secret');
  });

  it('prints JSON, without the name', async () => {
    const { code, output } = await restore(restored('user-3'), '--json');
    expect(code).toBe(0);
    expect(JSON.parse(output)).toEqual({
      workspace_id: WORKSPACE,
      organization_id: 'org1',
      epoch: 4,
      member_user_ids: ['user-1', 'user-2'],
      omitted_user_ids: ['user-3'],
    });
  });

  it.each([
    [status.FAILED_PRECONDITION, 'The purge of this workspace has started'],
    [status.ALREADY_EXISTS, 'This workspace is active'],
    [status.NOT_FOUND, 'Workspace not found'],
  ])('ends with 1 where it is refused with %i', async (code, message) => {
    const restoreWorkspace = () => {
      throw new RefusalError({ code, reason: 'REASON', message });
    };
    expect(await restore({ restoreWorkspace })).toEqual({
      code: 1,
      output: '',
      errors: `lethe: ${message}\n`,
    });
  });

  it('ends with 70 where the answer is empty, and says where to look', async () => {
    const outcome = await restore({
      restoreWorkspace: () => ({ workspace: undefined, omittedUserIds: [] }),
    });
    expect(outcome).toMatchObject({ code: 70, output: '' });
    expect(outcome.errors).toContain(`lethe deletion show ${WORKSPACE}`);
  });

  it('takes one workspace, and asks nobody about what is none', async () => {
    service = await startScriptedService({});
    for (const argv of [[], [''], ['all'], [WORKSPACE, WORKSPACE]])
      expect(await lethe(['restore', ...argv], { env: service.env })).toMatchObject({ code: 2, output: '' });
  });
});
