import { afterEach, describe, expect, it } from 'vitest';
import { PURGED, purging, RESTORED, SCHEDULED, WORKSPACE } from '../testing/deletions.js';
import { condition, page, purge, says, sweep, unknown } from '../testing/explanations.js';
import { REALM } from '../testing/purge-world.js';
import { lethe } from '../testing/run-lethe.js';
import { startScriptedService, type Script, type ScriptedService } from '../testing/scripted-service.js';

let service: ScriptedService | undefined;
afterEach(() => service?.stop());

async function explain(script: Script, argv: string[] = [], drop: string[] = []) {
  await service?.stop();
  service = await startScriptedService(script);
  const env = Object.fromEntries(Object.entries(service.env).filter(([name]) => !drop.includes(name)));
  return lethe(['deletion', 'explain', WORKSPACE, ...argv], { env });
}

describe('lethe deletion explain', () => {
  it('puts together what the three services say, and what to do', async () => {
    const deletion = purging(1200, {
      conditions: [condition('Blocked', '500 blocks: object lock'), condition('Paused', 'by ann')],
      participants: [
        {
          participant: 'search-index',
          givesBlockEvidence: false,
          reportTime: undefined,
          evidence: undefined,
        },
      ],
    });
    expect(await explain(says(deletion))).toEqual({
      code: 0,
      output: `Deletion 0a1f3c52-6c1b-4a6e-9b0e-2f6b3a0c9d02, purging: 1200 of 5000 blocks, 24 %, 5.0 MiB, 2000 blocks/s, about 2 s left
  workspace          ${WORKSPACE}
  organization       org1
  kind               deletion_planned
  not purged before  2026-06-09T13:06:02.295000Z
  purge granted      2026-06-09T13:06:03.000000Z
  search-index       has not reported
realm-purge: releasing
  ordered               2026-06-09T13:06:00.000000Z
  fenced                2026-06-09T13:07:00.000000Z
  metadata gone         2026-06-09T13:08:00.000000Z
  blocks counted        2026-06-09T13:09:00.000000Z
  blocks released from  2026-06-09T13:22:00.000000Z
  blocks                5000, 5.0 MiB
  removed               1200
  left to live realms   10
  blocked               500
  to go                 3790
  pages in flight       4
  speed                 200 blocks/s
  ends about            2026-06-09T13:45:00.000000Z
  failed steps          3 in a row
blob-sweeper
  pages verified  2
  pages blocked   1
  blocks removed  1200
  blocked         500 blocks on 2 page(s): object lock\\u001b, until 2026-06-09T13:50:00.000000Z
held up: Blocked by s: 500 blocks: object lock
held up: Paused by s: by ann
What to do:
  a store does not delete some blocks; mend it, then try again at once:
    lethe deletion retry ${WORKSPACE}
  an operator paused it; let it go on:
    lethe deletion resume ${WORKSPACE}
`,
      errors: '',
    });
  });

  it.each([
    ['Held', `lethe hold list ${WORKSPACE}`],
    ['NoDeletionPolicy', `lethe restore ${WORKSPACE}`],
    ['ManualPurge', `lethe delete-realm --organization org1 --realm ${REALM}`],
    ['Paused', `lethe deletion resume ${WORKSPACE}`],
    ['BlocksKept', `lethe sweep --realm ${REALM} --from FILE`],
    ['BlocksKept', `lethe delete-realm --organization org1 --realm ${REALM} --dump-realm-blocks FILE`],
    ['Blocked', `lethe deletion retry ${WORKSPACE}`],
    ['NeedsAttention', `lethe deletion retry ${WORKSPACE}`],
    ['NoProgress', `lethe deletion retry ${WORKSPACE}`],
    ['ParticipantSilent', 'search-index has said nothing\\u001b'],
    ['ReportsContradict', 'docs/operating/running.md'],
  ])('says for %s: %s', async (type, advice) => {
    const message = 'search-index has said nothing\u001b';
    const { output } = await explain(says(purging(7, { conditions: [condition(type, message)] }), unknown));
    expect(output.slice(output.indexOf('What to do:'))).toContain(advice);
  });

  it.each(['ReportPending', 'CertificatePending', 'Something new'])(
    'has no advice for %s, and shows it',
    async (type) => {
      const { output } = await explain(says(purging(7, { conditions: [condition(type)] }), unknown));
      expect(output).toContain(`held up: ${type} by s: m\n`);
      expect(output).not.toContain('What to do');
    },
  );

  it('gives the same advice once, also where the authority has not heard yet', async () => {
    const attention = { getPurge: () => ({ purge: { ...purge, attention: 'rows changed' } }) };
    const { output } = await explain(says(purging(7), attention));
    expect(output).toMatch(/attention +rows changed\n/);
    expect(output.match(/lethe deletion retry/g)).toHaveLength(2);
    const twice = [condition('Paused', 'a'), condition('Paused', 'b')];
    const again = await explain(says(purging(7, { conditions: twice }), unknown));
    expect(again.output.match(/lethe deletion resume/g)).toHaveLength(1);
  });

  it('says that nothing holds it up', async () => {
    const { output } = await explain(says(purging(7), unknown));
    expect(output).toMatch(
      /realm-purge: knows of nothing to remove yet\nblob-sweeper: knows .*\nNothing holds it up\.\n$/,
    );
  });

  it('explains what was not granted, was restored, is over', async () => {
    const scheduled = await explain(says(SCHEDULED));
    expect(scheduled.output).toMatch(/scheduled: not purged before[^]*realm-purge: knows of nothing/);
    const restored = await explain(says(RESTORED));
    expect(restored.output).toMatch(/restored at[^]*realm-purge: knows of nothing/);
    const purged = await explain(says(PURGED));
    expect(purged.output).toContain(`lethe certificate show ${WORKSPACE}`);
  });

  it('never explains a deletion by the purge of an earlier one', async () => {
    const earlier: Script = {
      getPurge: () => ({ purge: { ...purge, epoch: 1, attention: 'of old' } }),
      getSweep: () => ({ sweep: { ...sweep, epoch: 1 } }),
      listBlockedPages: () => ({ pages: [page({ epoch: 1 })], nextPageToken: '' }),
    };
    const { output } = await explain(says(purging(7), earlier));
    expect(output).toMatch(/realm-purge: knows of nothing to remove yet\nblob-sweeper: knows of nothing/);
    expect(output).not.toMatch(/of old|object lock|What to do/);
  });

  it('says that there are more blocked pages than it shows', async () => {
    const many = { listBlockedPages: () => ({ pages: [page()], nextPageToken: 'more' }) };
    expect((await explain(says(purging(7), many))).output).toContain('on more pages, which are not shown');
  });
});
