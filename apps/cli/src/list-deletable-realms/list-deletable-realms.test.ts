import { status } from '@grpc/grpc-js';
import { DeletionKind, type DeletionCandidate, type ListDeletableRequest } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import { afterEach, describe, expect, it } from 'vitest';
import { lethe } from '../testing/run-lethe.js';
import { startScriptedService, type Script, type ScriptedService } from '../testing/scripted-service.js';

let service: ScriptedService | undefined;
afterEach(() => service?.stop());

async function against(script: Script, ...argv: string[]) {
  service = await startScriptedService(script);
  return lethe(['list-deletable-realms', ...argv], { env: service.env });
}

const planned: DeletionCandidate = {
  organizationId: 'org1',
  workspaceId: 'b65752f9-22e4-413e-b61b-87dacbd3f804',
  kind: DeletionKind.DELETION_PLANNED,
  since: new Date('2026-06-09T13:06:02.295Z'),
  epoch: 2,
};
const orphaned: DeletionCandidate = {
  organizationId: 'org1',
  workspaceId: 'd7879926-1b74-4bc8-9bae-9e52234e6bf3',
  kind: DeletionKind.ORPHANED,
  since: new Date('2026-06-09T13:54:21.458Z'),
  epoch: 1,
};
const both = () => ({ candidates: [planned, orphaned], nextPageToken: '' });
const none = () => ({ candidates: [], nextPageToken: '' });

describe('lethe list-deletable-realms', () => {
  it('prints what operators know, to the byte', async () => {
    expect(await against({ listDeletable: both }, '--organization', 'org1')).toEqual({
      code: 0,
      output:
        'Found 2 deletion candidate(s):\n' +
        'Realm b65752f922e4413eb61b87dacbd3f804  kind=deletion_planned  deletion_date=2026-06-09T13:06:02.295000Z\n' +
        'Realm d78799261b744bc89bae9e52234e6bf3  kind=orphaned          orphaned_since=2026-06-09T13:54:21.458000Z\n',
      errors: '',
    });
  });

  it('goes by its old name too', async () => {
    service = await startScriptedService({ listDeletable: none });
    const outcome = await lethe(['list_deletable_realms', '--organization', 'org1'], { env: service.env });
    expect(outcome).toEqual({ code: 0, output: 'No realms eligible for deletion\n', errors: '' });
  });

  it('prints JSON, and an empty array where there is nothing', async () => {
    const full = await against({ listDeletable: both }, '--organization', 'org1', '--json');
    expect(JSON.parse(full.output)).toEqual([
      {
        realm_id: 'b65752f922e4413eb61b87dacbd3f804',
        kind: 'deletion_planned',
        deletion_date: '2026-06-09T13:06:02.295000Z',
      },
      {
        realm_id: 'd78799261b744bc89bae9e52234e6bf3',
        kind: 'orphaned',
        orphaned_since: '2026-06-09T13:54:21.458000Z',
      },
    ]);
    await service?.stop();
    expect(await against({ listDeletable: none }, '--organization', 'org1', '--json')).toEqual({
      code: 0,
      output: '[]\n',
      errors: '',
    });
  });

  it('reads every page', async () => {
    const asked: ListDeletableRequest[] = [];
    const outcome = await against(
      {
        listDeletable(request) {
          asked.push(request);
          const page = Number(request.pageToken || 0);
          return { candidates: [planned, orphaned], nextPageToken: page < 2 ? String(page + 1) : '' };
        },
      },
      '--organization',
      'org1',
    );
    expect(asked.map(({ organizationId, pageToken }) => [organizationId, pageToken])).toEqual([
      ['org1', ''],
      ['org1', '1'],
      ['org1', '2'],
    ]);
    expect(outcome.output).toMatch(/^Found 6 deletion/);
  });

  it('ends when the pages do not', async () => {
    const endless = () => ({ candidates: [], nextPageToken: 'again' });
    expect(await against({ listDeletable: endless }, '--organization', 'org1')).toMatchObject({
      code: 70,
      output: '',
    });
  });

  it('says whose realm it is, behind the rest, for all organizations', async () => {
    const asked: string[] = [];
    const listDeletable = (request: ListDeletableRequest) => {
      asked.push(request.organizationId);
      return { candidates: [{ ...orphaned, organizationId: 'evil\u001b[2J' }], nextPageToken: '' };
    };
    const outcome = await against({ listDeletable }, '--all-organizations');
    expect(asked).toEqual(['']);
    expect(outcome.output).toContain(
      'orphaned_since=2026-06-09T13:54:21.458000Z  organization=evil\\u001b[2J\n',
    );
  });

  it('refuses an unknown organization with 1, on the errors', async () => {
    const refusal = new RefusalError({
      code: status.NOT_FOUND,
      reason: 'ORGANIZATION_NOT_FOUND',
      message: 'organization not found',
    });
    const listDeletable = () => {
      throw refusal;
    };
    expect(await against({ listDeletable }, '--organization', 'org9')).toEqual({
      code: 1,
      output: '',
      errors: 'lethe: organization not found\n',
    });
  });

  it('never lists what it cannot name', async () => {
    const strange = { ...planned, kind: DeletionKind.UNSPECIFIED };
    const listDeletable = () => ({ candidates: [strange], nextPageToken: '' });
    expect(await against({ listDeletable }, '--organization', 'org1')).toMatchObject({
      code: 70,
      output: '',
    });
  });

  it.each([
    ['no organization', []],
    ['an empty organization, which would be all', ['--organization', '']],
    ['a blank organization', ['--organization', ' ']],
    ['one and all', ['--organization', 'org1', '--all-organizations']],
    ['an unknown option', ['--organization', 'org1', '--force']],
    ['an argument too many', ['--organization', 'org1', 'more']],
  ])('refuses %s with 2, before it calls anybody', async (_, argv) => {
    const listDeletable = () => {
      throw new Error('called');
    };
    const outcome = await against({ listDeletable }, ...argv);
    expect(outcome).toMatchObject({ code: 2, output: '' });
    expect(outcome.errors).toMatch(/^error: /);
  });
});
