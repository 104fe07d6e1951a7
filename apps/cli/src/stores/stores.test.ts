import { status } from '@grpc/grpc-js';
import { Judgement, Store, StoreExamination } from '@lethe/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { refusal } from '../testing/purge-world.js';
import { lethe } from '../testing/run-lethe.js';
import { startScriptedService, type Script, type ScriptedService } from '../testing/scripted-service.js';

let service: ScriptedService | undefined;
afterEach(() => service?.stop());

async function run(script: Script, argv: string[], env: Record<string, string> = {}) {
  await service?.stop();
  service = await startScriptedService(script);
  return lethe(['stores', ...argv], { env: { ...service.env, ...env } });
}
const ID = '11111111-2222-4333-8444-555555555555';
const store = (over: Partial<Store> = {}) =>
  Store.fromPartial({ name: 'primary', storeId: ID, kind: 's3', configured: true, ...over });
const retired = store({
  configured: false,
  organizationId: 'org1',
  retireTime: new Date('2026-06-09T13:06:02Z'),
  retiredBy: 'ann\u001b',
  retireReason: 'emptied',
});

describe('lethe stores list', () => {
  it('prints each store with what keeps it from being swept', async () => {
    const stores = [store({ trouble: 'primary: NotRecognized' }), retired];
    expect(await run({ listStores: () => ({ stores }) }, ['list'])).toEqual({
      code: 0,
      output:
        `Store  name=primary  id=${ID}  kind=s3  organization=all  configured=yes  trouble=primary: NotRecognized\n` +
        `Store  name=primary  id=${ID}  kind=s3  organization=org1  configured=no  retired=2026-06-09T13:06:02.000000Z by ann\\u001b\n`,
      errors: '',
    });
  });

  it('prints JSON, and says that there are none', async () => {
    const { output } = await run({ listStores: () => ({ stores: [retired] }) }, ['list', '--json']);
    expect(JSON.parse(output)).toMatchObject([
      {
        store_id: ID,
        organization_id: 'org1',
        first_seen_time: null,
        retired_by: 'ann\u001b',
        trouble: null,
      },
    ]);
    expect((await run({ listStores: () => ({ stores: [] }) }, ['list'])).output).toBe('No stores\n');
  });
});

describe('lethe stores probe', () => {
  const examination = (...judgements: Judgement[]) =>
    StoreExamination.fromPartial({
      ...{ name: 'primary', storeId: ID, kind: 's3', place: 'https://s3.example.org/blocks' },
      findings: judgements.map((judgement) => ({ what: 'DELETE', judgement, message: 'AccessDenied' })),
    });
  const asked: unknown[] = [];
  const examines = (...stores: StoreExamination[]): Script => ({
    examineStores(request) {
      asked.push(request);
      return { stores };
    },
  });

  it('prints every finding, and ends with 1 only where a purge would not get its certificate', async () => {
    const fine = examination(Judgement.OK, Judgement.WARNING, Judgement.UNKNOWN);
    expect(await run(examines(fine), ['probe'])).toEqual({
      code: 0,
      output:
        `primary  ${ID}  s3  https://s3.example.org/blocks\n` +
        ['ok     ', 'warning', 'unknown'].map((j) => `  ${j}  DELETE              AccessDenied\n`).join(''),
      errors: '',
    });
    expect((await run(examines(fine, examination(Judgement.FAILURE)), ['probe'])).code).toBe(1);
    expect((await run(examines(), ['probe'])).code).toBe(1);
  });

  it('prints JSON, of one store where it is named', async () => {
    asked.length = 0;
    const { output } = await run(examines(examination(Judgement.FAILURE)), [
      'probe',
      '--store',
      'a',
      '--json',
    ]);
    expect(JSON.parse(output)).toMatchObject([
      { name: 'primary', findings: [{ what: 'DELETE', judgement: 'failure', message: 'AccessDenied' }] },
    ]);
    expect(asked).toEqual([{ store: 'a' }]);
  });
});

describe('lethe stores retire', () => {
  const asked: unknown[] = [];
  const retires: Script = {
    retireStore(request) {
      asked.push(request);
      return { store: retired };
    },
  };
  const argv = ['retire', ID, '--reason', 'emptied'];

  it('retires it in the name of an operator', async () => {
    asked.length = 0;
    const outcome = await run(retires, [...argv, '--organization', 'org1', '--yes'], {
      LETHE_OPERATOR: 'ann',
    });
    expect(outcome).toMatchObject({ code: 0, output: expect.stringContaining('retired=') as string });
    expect(asked).toEqual([{ storeId: ID, organizationId: 'org1', reason: 'emptied', retiredBy: 'ann' }]);
  });

  it('asks before it does, and does nothing where nobody can be asked', async () => {
    asked.length = 0;
    expect((await run(retires, [...argv, '--by', 'ann'])).code).toBe(2);
    expect(asked).toEqual([]);
  });

  it('never says that a store is retired where the answer does not', async () => {
    const other: Script = { retireStore: () => ({ store: store() }) };
    expect(await run(other, [...argv, '--by', 'ann', '--yes'])).toMatchObject({ code: 70, output: '' });
  });

  it.each([
    [status.FAILED_PRECONDITION, 'STORE_CONFIGURED'],
    [status.FAILED_PRECONDITION, 'STORE_NOT_EMPTY'],
    [status.NOT_FOUND, 'STORE_NOT_FOUND'],
  ])('ends with 1 on %s %s', async (code, reason) => {
    const retireStore = () => {
      throw refusal(code, reason);
    };
    expect(await run({ retireStore }, [...argv, '--by', 'ann', '--yes'])).toMatchObject({
      code: 1,
      output: '',
    });
  });

  it('needs a reason', async () => {
    expect((await run(retires, ['retire', ID, '--by', 'ann', '--yes'])).code).toBe(2);
  });
});
