import { status } from '@grpc/grpc-js';
import { Grant } from '@lethe/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { WORKSPACE } from '../testing/deletions.js';
import { precondition, refusal } from '../testing/purge-world.js';
import { lethe } from '../testing/run-lethe.js';
import { startScriptedService, type Script, type ScriptedService } from '../testing/scripted-service.js';

let service: ScriptedService | undefined;
afterEach(() => service?.stop());

async function run(script: Script, argv: string[], env: Record<string, string> = {}) {
  await service?.stop();
  service = await startScriptedService(script);
  return lethe(['deletion', ...argv], { env: { ...service.env, ...env } });
}
const grant = Grant.fromPartial({ workspaceId: WORKSPACE, organizationId: 'org1', epoch: 3, retries: 2 });
const asked: unknown[] = [];
const answers = (more: Partial<Grant> = {}) => {
  asked.length = 0;
  const answer = (request: unknown) => {
    asked.push(request);
    return { grant: { ...grant, ...more } };
  };
  return { pausePurge: answer, resumePurge: answer, retryPurge: answer } satisfies Script;
};

describe('lethe deletion pause, resume and retry', () => {
  it.each([
    [
      ['pause', '--reason', 'the store is moved'],
      { reason: 'the store is moved' },
      `Paused the deletion of workspace ${WORKSPACE}: within seconds nothing more of it is destroyed. Go on with: lethe deletion resume ${WORKSPACE}\n`,
    ],
    [['resume'], {}, `Resumed the deletion of workspace ${WORKSPACE}\n`],
    [
      ['retry'],
      {},
      `Ordered retry 2 of the deletion of workspace ${WORKSPACE}: what failed, is blocked or needs attention is taken up again\n`,
    ],
  ])('%j orders it in the name of an operator', async ([command, ...more], request, output) => {
    const argv = [command!, WORKSPACE.replaceAll('-', ''), ...more];
    expect(await run(answers(), [...argv, '--by', 'ann'])).toEqual({ code: 0, output, errors: '' });
    expect(await run(answers(), argv, { LETHE_OPERATOR: 'ann' })).toMatchObject({ code: 0 });
    expect(asked).toEqual([{ workspaceId: WORKSPACE, orderedBy: 'ann', ...request }]);
    expect(await run(answers(), argv, { USER: 'root' })).toMatchObject({ code: 2, output: '' });
    expect(asked).toEqual([]);
  });

  it('prints JSON', async () => {
    const { output } = await run(answers({ paused: true }), ['resume', WORKSPACE, '--by', 'a', '--json']);
    expect(JSON.parse(output)).toMatchObject({ workspace_id: WORKSPACE, paused: true, retries: 2 });
  });

  it('says that a retry of what is paused waits', async () => {
    const { output } = await run(answers({ paused: true }), ['retry', WORKSPACE, '--by', 'ann']);
    expect(output).toContain(`it is paused, go on with: lethe deletion resume ${WORKSPACE}`);
  });

  it('ends with 1 where there is nothing to intervene in, with 70 where the answer is empty', async () => {
    const refuses = (error: Error): Script => ({
      retryPurge: () => {
        throw error;
      },
    });
    for (const error of [precondition('NOT_PURGING'), refusal(status.NOT_FOUND, 'WORKSPACE_NOT_FOUND')])
      expect(await run(refuses(error), ['retry', WORKSPACE, '--by', 'ann'])).toEqual({
        code: 1,
        output: '',
        errors: `lethe: ${error.message}\n`,
      });
    expect(
      await run({ retryPurge: () => ({ grant: undefined }) }, ['retry', WORKSPACE, '--by', 'ann']),
    ).toMatchObject({ code: 70, output: '' });
  });

  it('says at Ctrl-C that it may be ordered', async () => {
    const interrupt = new AbortController();
    service = await startScriptedService({
      pausePurge: () => {
        interrupt.abort();
        return new Promise(() => undefined);
      },
    });
    const argv = ['deletion', 'pause', WORKSPACE, '--reason', 'r', '--by', 'ann'];
    expect(await lethe(argv, { env: service.env, signal: interrupt.signal })).toMatchObject({
      code: 130,
      errors: `lethe: interrupted. The order may be given all the same. Look with: lethe deletion explain ${WORKSPACE}\n`,
    });
  });

  it.each([
    ['a pause without a reason', ['pause', WORKSPACE]],
    ['a pause with an empty one', ['pause', WORKSPACE, '--reason', ' ']],
    ['a reason to resume', ['resume', WORKSPACE, '--reason', 'r']],
    ['no workspace', ['retry']],
    ['a workspace that is none', ['retry', 'all']],
    ['nobody', ['retry', WORKSPACE, '--by', '']],
  ])('refuses %s with 2, before it calls anybody', async (_, argv) => {
    const outcome = await run(answers(), argv, { LETHE_OPERATOR: 'ann' });
    expect(outcome).toMatchObject({ code: 2, output: '' });
    expect(outcome.errors).toMatch(/^error: /);
    expect(asked).toEqual([]);
  });
});
