import { status } from '@grpc/grpc-js';
import { ReplayedDeletion, type ReplayDeletionsRequest } from '@lethe/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { refusal } from '../testing/purge-world.js';
import { lethe, type RunOptions } from '../testing/run-lethe.js';
import { startScriptedService, type Script, type ScriptedService } from '../testing/scripted-service.js';

let service: ScriptedService | undefined;
afterEach(() => service?.stop());

const ID = '0a1f3c52-6c1b-4a6e-9b0e-2f6b3a0c9d05';
const idOf = (n: number) => `72088440-3387-4dfb-9bb4-${String(n).padStart(12, '0')}`;

/** An authority with so many deletions to replay, in pages of two; under one replay id each is replayed once. */
function authority(count: number, organizationId = 'org1') {
  const asked: ReplayDeletionsRequest[] = [];
  const done = new Set<string>();
  const script = {
    replayDeletions(request: ReplayDeletionsRequest) {
      asked.push(request);
      const from = Number(request.pageToken || 0);
      const all = Array.from({ length: count }, (_, n) => idOf(n)).slice(from, from + 2);
      const deletions = all
        .filter((workspaceId) => !done.has(workspaceId))
        .map((workspaceId) =>
          ReplayedDeletion.fromPartial({
            ...{ organizationId, workspaceId, replayOf: ID, epoch: 4 },
            purgedTime: new Date('2026-06-09T13:07:00Z'),
            deletionId: request.validateOnly ? '' : workspaceId.replace('7208', 'aaaa'),
          }),
        );
      if (!request.validateOnly) for (const { workspaceId } of deletions) done.add(workspaceId);
      return {
        deletions,
        leftOut: [] as ReplayedDeletion[],
        nextPageToken: from + 2 < count ? String(from + 2) : '',
      };
    },
  } satisfies Script;
  return { asked, done, script };
}

const BASE = ['replay-deletions', '--since', '2026-06-01T08:00+02:00', '--by', 'ann'];
async function run(script: Script, argv: string[], options: RunOptions = {}) {
  await service?.stop();
  service = await startScriptedService(script);
  return lethe([...BASE, ...argv], { env: service.env, ...options });
}

describe('lethe replay-deletions', () => {
  it('lists every page, then replays every page under one id', async () => {
    const { script, asked, done } = authority(3);
    const outcome = await run(script, ['--organization', 'org1', '--yes', '--replay-id', ID.toUpperCase()]);
    const listed = (n: number) =>
      `Workspace ${idOf(n)}  purged=2026-06-09T13:07:00.000000Z  deletion=${ID}  organization=org1\n`;
    const replayed = (n: number) =>
      `Replayed ${idOf(n)}  deletion=${idOf(n).replace('7208', 'aaaa')}  epoch=4  replay_of=${ID}  organization=org1\n`;
    expect(outcome).toEqual({
      code: 0,
      output:
        [0, 1, 2].map(listed).join('') +
        'Found 3 deletion(s) to replay\n' +
        [0, 1, 2].map(replayed).join('') +
        `Replayed 3 deletion(s), replay ${ID}\n`,
      errors: '',
    });
    expect(asked.map(({ validateOnly, pageToken }) => [validateOnly, pageToken])).toEqual([
      [true, ''],
      [true, '2'],
      [false, ''],
      [false, '2'],
    ]);
    expect(asked[0]).toMatchObject({
      ...{ organizationId: 'org1', orderedBy: 'ann', replayId: ID },
      since: new Date('2026-06-01T06:00:00Z'),
    });
    expect(done.size).toBe(3);
  });

  it('lists and replays what was reported on and not certified as the others, without a time', async () => {
    const { script } = authority(1);
    const open: Script = {
      replayDeletions(request) {
        const page = script.replayDeletions(request);
        return { ...page, deletions: page.deletions.map((each) => ({ ...each, purgedTime: undefined })) };
      },
    };
    const { code, output } = await run(open, ['--all-organizations', '--yes', '--replay-id', ID]);
    expect(code).toBe(0);
    expect(output).toBe(
      `Workspace ${idOf(0)}  purged=-  deletion=${ID}  organization=org1\n` +
        'Found 1 deletion(s) to replay\n' +
        `Replayed ${idOf(0)}  deletion=${idOf(0).replace('7208', 'aaaa')}  epoch=4  replay_of=${ID}  organization=org1\n` +
        `Replayed 1 deletion(s), replay ${ID}\n`,
    );
  });

  /** The same, with one more on each page whose blocks nobody has shown to be gone. */
  function withUnproven(count: number) {
    const { script, asked } = authority(count);
    const open = (n: string, unprovenBlocks: number) =>
      ReplayedDeletion.fromPartial({
        ...{ organizationId: 'org1', workspaceId: `8${n.slice(1)}`, replayOf: ID, epoch: 2 },
        ...{ unprovenBlocks, unprovenEpoch: 1 },
      });
    const unproven: Script = {
      replayDeletions(request) {
        const { deletions, nextPageToken } = script.replayDeletions(request);
        const more = [open(idOf(Number(request.pageToken || 0)), 5)];
        if (!request.unproven) return { deletions, nextPageToken, leftOut: more };
        const taken = more.map((each) => ({ ...each, deletionId: request.validateOnly ? '' : ID }));
        return { deletions: [...deletions, ...taken], nextPageToken, leftOut: [] };
      },
    };
    return { unproven, asked };
  }
  const facts = `deletion=${ID}  unproven_blocks=5  of_epoch=1  organization=org1\n`;

  it('leaves out whose blocks are not shown to be gone, and ends with a code that says so', async () => {
    const { unproven } = withUnproven(3);
    const outcome = await run(unproven, ['--all-organizations', '--yes', '--replay-id', ID]);
    expect(outcome.code).toBe(5);
    expect(outcome.output).toContain('Found 3 deletion(s) to replay\n');
    expect(outcome.output).toContain(`Left out 8${idOf(0).slice(1)}  ${facts}`);
    expect(outcome.output).toMatch(/Replayed 3 deletion\(s\), replay [^ ]+\n$/);
    expect(outcome.errors).toBe(
      `lethe: 2 deletion(s) with 10 block(s) are not replayed because their blocks are not shown to be gone yet. Once they are certified, run the same replay again: lethe replay-deletions --since 2026-06-01T06:00:00.000Z --all-organizations --replay-id ${ID} --yes --by ann\n`,
    );
    for (const count of [0, 3])
      expect(await run(withUnproven(count).unproven, ['--all-organizations', '--dry-run'])).toMatchObject({
        code: 5,
      });
  });

  it('takes them too with a reason, and says before that they may never be certified', async () => {
    const { unproven, asked } = withUnproven(1);
    const options = ['--all-organizations', '--unproven', '--reason', 'the ledger is lost'];
    const no = await run(unproven, options, { terminal: true, stdin: 'no\n' });
    expect(no).toMatchObject({ code: 1 });
    expect(no.errors).toContain('1 of them have 5 block(s) that were never shown to be gone: no certificate');
    expect(no.output).toContain(`  purged=-  ${facts}`);
    const yes = await run(unproven, options, { terminal: true, stdin: 'yes\n' });
    expect(yes.code).toBe(0);
    expect(yes.output).toContain('Replayed 2 deletion(s)');
    expect(asked.at(-1)).toMatchObject({ unproven: true, reason: 'the ledger is lost' });
    const broken: Script = {
      replayDeletions(request) {
        if (!request.validateOnly) throw refusal(status.UNAVAILABLE, 'AWAY');
        return unproven.replayDeletions!(request);
      },
    };
    const outcome = await run(broken, [...options, '--yes']);
    expect(outcome.errors).toContain(`--unproven --reason 'the ledger is lost' --yes`);
  });

  it('makes an id of its own, the same for all pages', async () => {
    const { script, asked } = authority(5);
    const { output } = await run(script, ['--all-organizations', '--yes']);
    const ids = new Set(asked.map(({ replayId }) => replayId));
    expect(ids.size).toBe(1);
    expect(output).toContain(`Replayed 5 deletion(s), replay ${[...ids][0]!}\n`);
    expect(asked.every(({ organizationId }) => organizationId === '')).toBe(true);
  });

  it('changes nothing in a dry run, nor where there is nothing', async () => {
    const { script, done } = authority(3);
    const dry = await run(script, ['--all-organizations', '--dry-run']);
    expect(dry).toMatchObject({ code: 0, errors: '' });
    expect(dry.output).toMatch(/Found 3 deletion\(s\) to replay\n$/);
    expect(done.size).toBe(0);
    expect(await run(authority(0).script, ['--all-organizations'])).toEqual({
      code: 0,
      output: 'No deletions to replay\n',
      errors: '',
    });
  });

  it('asks, and replays nothing without a yes', async () => {
    const { script, done } = authority(3);
    const no = await run(script, ['--all-organizations'], { terminal: true, stdin: 'no\n' });
    expect(no.code).toBe(1);
    expect(no.errors).toContain('Type yes to replay these deletions: ');
    expect(await run(script, ['--all-organizations'])).toMatchObject({ code: 2 });
    expect(done.size).toBe(0);
    expect(await run(script, ['--all-organizations'], { terminal: true, stdin: 'yes\n' })).toMatchObject({
      code: 0,
    });
    expect(done.size).toBe(3);
  });

  it('stops at Ctrl-C after the page under way, and the command it tells goes on', async () => {
    const { script, done } = authority(5);
    const interrupt = new AbortController();
    const stops: Script = {
      replayDeletions(request) {
        const page = script.replayDeletions(request);
        if (!request.validateOnly) interrupt.abort();
        return page;
      },
    };
    const outcome = await run(stops, ['--all-organizations', '--yes', '--replay-id', ID], {
      signal: interrupt.signal,
    });
    expect(outcome.code).toBe(130);
    expect(outcome.errors).toBe(
      `lethe: interrupted. Some deletions may be replayed already; none is twice. Go on with: lethe replay-deletions --since 2026-06-01T06:00:00.000Z --all-organizations --replay-id ${ID} --yes --by ann\n`,
    );
    expect(done.size).toBe(2);
    const rest = await run(script, ['--all-organizations', '--yes', '--replay-id', ID]);
    expect(rest.output).toContain('Replayed 3 deletion(s)');
    expect(done.size).toBe(5);
  });

  it('says at Ctrl-C during the list that nothing was changed', async () => {
    const interrupt = new AbortController();
    const stuck: Script = {
      replayDeletions: () => {
        interrupt.abort();
        return new Promise(() => undefined);
      },
    };
    expect(await run(stuck, ['--all-organizations', '--yes'], { signal: interrupt.signal })).toEqual({
      code: 130,
      output: '',
      errors: 'lethe: interrupted. Nothing was changed.\n',
    });
  });

  it('says how to go on where it breaks off', async () => {
    const { script } = authority(5);
    const breaks: Script = {
      replayDeletions(request) {
        if (!request.validateOnly && request.pageToken !== '') throw refusal(status.UNAVAILABLE, 'AWAY');
        return script.replayDeletions(request);
      },
    };
    const outcome = await run(breaks, ['--all-organizations', '--yes', '--replay-id', ID]);
    expect(outcome.code).toBe(69);
    expect(outcome.errors).toContain(`Go on with: lethe replay-deletions --since`);
    expect(outcome.output).not.toContain('deletion(s), replay');
  });

  it('never says that it replayed what the answer does not show', async () => {
    const { script } = authority(1);
    const nameless: Script = {
      replayDeletions: (request) => script.replayDeletions({ ...request, validateOnly: true }),
    };
    const outcome = await run(nameless, ['--all-organizations', '--yes']);
    expect(outcome.code).toBe(70);
    expect(outcome.output).not.toContain('Replayed');
  });

  it('ends with 1 where the organization is unknown, and prints nothing of it as it is', async () => {
    const unknown: Script = {
      replayDeletions: () => {
        throw refusal(status.NOT_FOUND, 'ORGANIZATION_NOT_FOUND');
      },
    };
    expect(await run(unknown, ['--organization', 'org9', '--yes'])).toMatchObject({ code: 1, output: '' });
    const { output } = await run(authority(1, 'evil\u001b[2J').script, ['--all-organizations', '--yes']);
    expect(output).not.toContain('\u001b');
  });

  const all = '--all-organizations';
  it.each([
    ['no time', ['replay-deletions', all]],
    ['no organization', BASE],
    ['one and all', [...BASE, all, '--organization', 'o']],
    ['an empty organization, which would be all', [...BASE, '--organization', '']],
    ['a replay that is none', [...BASE, all, '--replay-id', 'x']],
    ['an empty time', ['replay-deletions', '--since', '', all]],
    ['a time without an offset', ['replay-deletions', '--since', '2026-06-01T08:00', all]],
    ['a day that is none', ['replay-deletions', '--since', '2026-02-30', all]],
    ['the unproven without a reason', [...BASE, all, '--unproven']],
    ['a reason for nothing', [...BASE, all, '--reason', 'because']],
    ['a number', ['replay-deletions', '--since', '1780000000', all]],
  ])('refuses %s with 2, before it calls anybody', async (_, argv) => {
    const { script, asked } = authority(1);
    service = await startScriptedService(script);
    const outcome = await lethe(argv, { env: service.env });
    expect(outcome).toMatchObject({ code: 2, output: '' });
    expect(outcome.errors).toMatch(/^error: /);
    expect(asked).toEqual([]);
  });

  it('never guesses who replays', async () => {
    const { script, asked } = authority(1);
    service = await startScriptedService(script);
    const outcome = await lethe(['replay-deletions', '--since', '2026-06-01', all], { env: service.env });
    expect(outcome).toMatchObject({ code: 2, output: '' });
    expect(outcome.errors).toContain('LETHE_OPERATOR is missing');
    expect(asked).toEqual([]);
  });
});
