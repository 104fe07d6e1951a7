import { status } from '@grpc/grpc-js';
import { Deletion, DeletionKind, DeletionState, type ListDeletionsRequest } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import { afterEach, describe, expect, it } from 'vitest';
import { PURGED, purging, RESTORED, SCHEDULED, WORKSPACE } from '../testing/deletions.js';
import { lethe, type RunOptions } from '../testing/run-lethe.js';
import { startScriptedService, type Script, type ScriptedService } from '../testing/scripted-service.js';

let service: ScriptedService | undefined;
afterEach(() => service?.stop());

async function against(script: Script, argv: string[] = [], options: RunOptions = {}) {
  service = await startScriptedService(script);
  return lethe(['deletion', 'list', ...argv], { ...options, env: service.env });
}

const orphan = Deletion.fromPartial({
  ...SCHEDULED,
  organizationId: 'evil\u001b[2J\norg',
  kind: DeletionKind.ORPHANED,
  state: DeletionState.PURGING,
  deleteTime: undefined,
  purgeTime: undefined,
  grantTime: new Date('2026-06-09T13:06:03Z'),
});
const deletions = [SCHEDULED, { ...SCHEDULED, purgeTime: undefined }, RESTORED, purging(7), PURGED, orphan];
const all = () => ({ deletions, nextPageToken: '' });
const none = () => ({ deletions: [], nextPageToken: '' });

/** `total` deletions in pages as large as asked for, but never more than `most`. */
function paged(total: number, asked: ListDeletionsRequest[], most = Infinity): Script {
  return {
    listDeletions(request) {
      asked.push(request);
      const from = Number(request.pageToken || 0);
      const to = Math.min(total, from + Math.min(request.pageSize, most));
      return {
        deletions: Array.from({ length: to - from }, () => SCHEDULED),
        nextPageToken: to < total ? String(to) : '',
      };
    },
  };
}

describe('lethe deletion list', () => {
  it('prints a line for each, in columns, whatever stands in it', async () => {
    const never = 'never'.padEnd(27);
    const dash = '-'.padEnd(27);
    expect(await against({ listDeletions: all })).toEqual({
      code: 0,
      output:
        `Workspace ${WORKSPACE}  state=scheduled  kind=deletion_planned  since=2026-05-10T13:06:02.295000Z  not_purged_before=2026-06-09T13:06:02.295000Z  organization=org1\n` +
        `Workspace ${WORKSPACE}  state=scheduled  kind=deletion_planned  since=2026-05-10T13:06:02.295000Z  not_purged_before=${never}  organization=org1\n` +
        `Workspace ${WORKSPACE}  state=restored   kind=deletion_planned  since=2026-05-11T00:00:00.000000Z  not_purged_before=${dash}  organization=org1\n` +
        `Workspace ${WORKSPACE}  state=purging    kind=deletion_planned  since=2026-06-09T13:06:03.000000Z  not_purged_before=${dash}  organization=org1\n` +
        `Workspace ${WORKSPACE}  state=purged     kind=deletion_planned  since=2026-06-09T13:07:00.000000Z  not_purged_before=${dash}  organization=org1\n` +
        `Workspace ${WORKSPACE}  state=purging    kind=orphaned          since=2026-06-09T13:06:03.000000Z  not_purged_before=${dash}  organization=evil\\u001b[2J\\u000aorg\n`,
      errors: '',
    });
  });

  it('names what it does not know, and prints it all the same', async () => {
    const strange = { ...SCHEDULED, state: DeletionState.UNRECOGNIZED, kind: DeletionKind.UNRECOGNIZED };
    const { code, output } = await against({
      listDeletions: () => ({ deletions: [strange], nextPageToken: '' }),
    });
    expect(code).toBe(0);
    expect(output).toMatch(/ {2}state=unknown {4}kind=unknown {11}since=- /);
  });

  it('says that there are none', async () => {
    expect(await against({ listDeletions: none })).toEqual({
      code: 0,
      output: 'No deletions\n',
      errors: '',
    });
    await service?.stop();
    expect(await against({ listDeletions: none }, ['--json'])).toEqual({
      code: 0,
      output: '[]\n',
      errors: '',
    });
  });

  it('asks for one organization and state, else for all', async () => {
    const asked: ListDeletionsRequest[] = [];
    await against(paged(0, asked), ['--organization', 'org1', '--state', 'purging']);
    expect(asked).toEqual([
      { organizationId: 'org1', state: DeletionState.PURGING, pageSize: 1000, pageToken: '' },
    ]);
    asked.length = 0;
    await service?.stop();
    await against(paged(0, asked));
    expect(asked).toEqual([
      { organizationId: '', state: DeletionState.UNSPECIFIED, pageSize: 1000, pageToken: '' },
    ]);
  });

  it('reads every page, and prints each as it comes', async () => {
    const printed: number[] = [];
    let lines = 0;
    const script: Script = {
      listDeletions({ pageToken }) {
        printed.push(lines);
        const page = Number(pageToken || 0);
        return { deletions: [SCHEDULED, PURGED], nextPageToken: page < 2 ? String(page + 1) : '' };
      },
    };
    const { code } = await against(script, [], {
      onOutput: (soFar) => {
        lines = soFar.split('\n').length - 1;
      },
    });
    expect(code).toBe(0);
    expect(printed).toEqual([0, 2, 4]);
    expect(lines).toBe(6);
  });

  it.each([
    [3, '3', 3, ''],
    [4, '3', 3, 'lethe: there may be more: raise --limit to see them\n'],
    [2_500, '1500', 1500, 'lethe: there may be more: raise --limit to see them\n'],
  ])('of %i prints --limit %s, and says when there are more', async (total, limit, lines, errors) => {
    const asked: ListDeletionsRequest[] = [];
    const outcome = await against(paged(total, asked), ['--limit', limit]);
    expect(outcome).toMatchObject({ code: 0, errors });
    expect(outcome.output.split('\n')).toHaveLength(lines + 1);
    expect(asked.map(({ pageSize }) => pageSize)).toEqual(limit === '1500' ? [1000, 500] : [3]);
  });

  it('never prints more than --limit, whatever the service sends', async () => {
    const { output } = await against({ listDeletions: all }, ['--limit', '2']);
    expect(output.split('\n')).toHaveLength(3);
  });

  it('prints one JSON array over all pages, without what a list does not tell', async () => {
    const { code, output } = await against(paged(5, [], 2), ['--json']);
    expect(code).toBe(0);
    const parsed = JSON.parse(output) as Record<string, unknown>[];
    expect(output).toBe(`${JSON.stringify(parsed, undefined, 2)}\n`);
    expect(parsed).toHaveLength(5);
    expect(parsed[0]).toEqual({
      deletion_id: SCHEDULED.deletionId,
      workspace_id: WORKSPACE,
      organization_id: 'org1',
      epoch: 3,
      kind: 'deletion_planned',
      state: 'scheduled',
      requested_by: 'user-1',
      delete_time: '2026-05-10T13:06:02.295000Z',
      purge_time: '2026-06-09T13:06:02.295000Z',
      sweep_time: null,
      restore_time: null,
      restored_by: null,
      grant_time: null,
      purged_time: null,
      certificate_id: null,
    });
  });

  it('leaves no whole JSON behind when it breaks off', async () => {
    const script: Script = {
      listDeletions({ pageToken }) {
        if (pageToken === '') return { deletions: [SCHEDULED], nextPageToken: '1' };
        throw new RefusalError({ code: status.INTERNAL, reason: 'INTERNAL', message: 'broken' });
      },
    };
    const outcome = await against(script, ['--json']);
    expect(outcome.code).toBe(70);
    expect(outcome.output).not.toBe('');
    expect(() => JSON.parse(outcome.output) as unknown).toThrow(SyntaxError);
  });

  it('ends when the pages do not, and at Ctrl-C', async () => {
    expect(await against({ listDeletions: () => ({ deletions: [], nextPageToken: 'again' }) })).toMatchObject(
      { code: 70, output: '' },
    );
    await service?.stop();
    const interrupt = new AbortController();
    let page = 0;
    const endless: Script = {
      listDeletions: () => ({ deletions: [SCHEDULED], nextPageToken: String(++page) }),
    };
    const outcome = await against(endless, [], {
      signal: interrupt.signal,
      onOutput: () => {
        interrupt.abort();
      },
    });
    expect(outcome).toMatchObject({ code: 130, errors: 'lethe: interrupted.\n' });
    expect(page).toBe(1);
  });

  it.each([
    ['an empty organization, which would be all', ['--organization', '']],
    ['a blank organization', ['--organization', ' ']],
    ['an unknown state', ['--state', 'deleted']],
    ['an empty state', ['--state', '']],
    ['a limit of 0', ['--limit', '0']],
    ['a limit that is none', ['--limit', 'many']],
    ['an argument', [WORKSPACE]],
  ])('refuses %s with 2, before it calls anybody', async (_, argv) => {
    const listDeletions = () => {
      throw new Error('called');
    };
    const outcome = await against({ listDeletions }, argv);
    expect(outcome).toMatchObject({ code: 2, output: '' });
    expect(outcome.errors).toMatch(/^error: /);
  });
});
