import { status } from '@grpc/grpc-js';
import {
  BlockedPage,
  Condition,
  DeletionKind,
  DeletionState,
  Purge,
  PurgeState,
  Sweep,
  type Deletion,
} from '@lethe/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { PURGED, purging, RESTORED, SCHEDULED, WORKSPACE } from '../testing/deletions.js';
import { REALM, refusal } from '../testing/purge-world.js';
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

const at = (minute: number) => new Date(Date.UTC(2026, 5, 9, 13, minute));
const condition = (type: string, message = 'm') => Condition.fromPartial({ type, source: 's', message });
const purge = Purge.fromPartial({
  ...{ organizationId: 'org1', realmId: WORKSPACE, epoch: 3, state: PurgeState.RELEASING },
  ...{ blocksTotal: 5000, bytesTotal: 5 << 20, blocksSwept: 1200, blocksRetained: 10, blocksBlocked: 500 },
  ...{ blocksLeft: 3790, orderTime: at(6), fenceTime: at(7), shredTime: at(8), countTime: at(9) },
  ...{
    quarantineEndTime: at(22),
    pagesInFlight: 4,
    blocksPerSecond: 199.6,
    estimatedEndTime: at(45),
    failures: 3,
  },
});
const sweep = Sweep.fromPartial({ epoch: 3, pagesVerified: 2, pagesBlocked: 1, blocksSwept: 1200 });
const page = (more: Partial<BlockedPage> = {}) =>
  BlockedPage.fromPartial({
    epoch: 3,
    page: 7,
    blocksLeft: 250,
    reason: 'object lock\u001b',
    until: at(50),
    ...more,
  });

const says = (deletion: Deletion, more: Script = {}): Script => ({
  getDeletion: () => ({ deletion }),
  getPurge: () => ({ purge }),
  getSweep: () => ({ sweep }),
  listBlockedPages: () => ({ pages: [page(), page({ page: 8, until: at(40) })], nextPageToken: '' }),
  ...more,
});
const away = (): never => {
  throw refusal(status.UNAVAILABLE, 'AWAY');
};
/** A number that a later version has a name for. */
const onTheWire = (value: unknown) => value as never;
const unknown: Script = {
  getPurge: () => {
    throw refusal(status.NOT_FOUND, 'PURGE_NOT_FOUND');
  },
  getSweep: () => {
    throw refusal(status.NOT_FOUND, 'SWEEP_NOT_FOUND');
  },
  listBlockedPages: () => ({ pages: [], nextPageToken: '' }),
};

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

  it('names what is away, shows the rest, and ends with 69', async () => {
    const realms = await explain(says(purging(7), { getPurge: away }));
    expect(realms.code).toBe(69);
    expect(realms.output).toMatch(
      /^Deletion .*purging[^]*realm-purge: did not answer: cannot reach[^]*blob-sweeper\n/,
    );
    const sweeper = await explain(says(purging(7), { listBlockedPages: away }));
    expect(sweeper.code).toBe(69);
    expect(sweeper.output).toMatch(/blob-sweeper\n {2}pages verified[^]*blob-sweeper: did not answer/);
    const authority = await explain(says(purging(7), { getDeletion: away }));
    expect(authority.code).toBe(69);
    expect(authority.output).toMatch(
      /^workspace-service: did not answer[^]*realm-purge: releasing[^]*blob-sweeper\n/,
    );
    const all = await explain({ getDeletion: away, getPurge: away, getSweep: away, listBlockedPages: away });
    expect(all.code).toBe(69);
    expect(all.output.match(/did not answer/g)).toHaveLength(3);
  });

  it('takes a service without an address for one that is away', async () => {
    const { code, output } = await explain(
      says(purging(7)),
      [],
      ['REALM_PURGE_ADDRESS', 'BLOB_SWEEPER_ADDRESS'],
    );
    expect(code).toBe(69);
    expect(output).toContain('realm-purge: did not answer: REALM_PURGE_ADDRESS is missing');
    expect(output).toContain('blob-sweeper: did not answer: BLOB_SWEEPER_ADDRESS is missing');
    expect(await explain(says(purging(7)), [], ['WORKSPACE_SERVICE_ADDRESS'])).toMatchObject({
      code: 2,
      output: '',
    });
  });

  it('says that there are more blocked pages than it shows', async () => {
    const many = { listBlockedPages: () => ({ pages: [page()], nextPageToken: 'more' }) };
    expect((await explain(says(purging(7), many))).output).toContain('on more pages, which are not shown');
  });

  it('prints JSON, with null and a reason for what is away', async () => {
    const deletion = { ...purging(7, { conditions: [condition('Paused')] }), keepBlocks: true };
    const { code, output } = await explain(says(deletion, { getPurge: away }), ['--json']);
    expect(code).toBe(69);
    expect(JSON.parse(output)).toMatchObject({
      workspace_id: WORKSPACE,
      deletion: { state: 'purging', keep_blocks: true, replay_of: null },
      purge: null,
      sweep: { pages_verified: 2 },
      blocked_pages: [{ page: 7, blocks_left: 250, reason: 'object lock\u001b' }, { page: 8 }],
      away: { deletion: null, purge: expect.stringContaining('cannot reach the realm purge'), sweep: null },
      advice: [
        { command: `lethe deletion resume ${WORKSPACE}` },
        { command: `lethe deletion retry ${WORKSPACE}` },
      ],
    });
  });

  it('knows every state of a purge by a word', async () => {
    for (const state of [0, 1, 2, 3, 4, 5, 99].map(onTheWire)) {
      const { output } = await explain(
        says(purging(7), { getPurge: () => ({ purge: { ...purge, state } }) }),
        ['--json'],
      );
      const parsed = JSON.parse(output) as { purge: { state: string } };
      expect(parsed.purge.state).toMatch(/^(unknown|ordered|fenced|shredded|releasing|closed)$/);
    }
  });

  it('names a state and a kind that it does not know', async () => {
    const strange = { ...purging(7), state: onTheWire(99), kind: onTheWire(99) };
    const { code, output } = await explain(says(strange, unknown));
    expect(code).toBe(0);
    expect(output).toMatch(/^Deletion .*, unknown\n[^]* kind +unknown\n/);
  });

  it('ends with 1 where the workspace has no deletion', async () => {
    const none: Script = {
      ...says(purging(7)),
      getDeletion: () => {
        throw refusal(status.NOT_FOUND, 'DELETION_NOT_FOUND');
      },
    };
    expect(await explain(none)).toEqual({
      code: 1,
      output: '',
      errors: `lethe: workspace ${WORKSPACE} has no deletion\n`,
    });
  });

  it('shows nothing of the services as it is', async () => {
    const evil = 'evil\u001b[2J';
    const deletion = purging(7, {
      organizationId: evil,
      kind: DeletionKind.ORPHANED,
      state: DeletionState.PURGING,
    });
    deletion.conditions = [condition('ManualPurge', evil)];
    const attention = { getPurge: () => ({ purge: { ...purge, attention: evil } }) };
    expect((await explain(says(deletion, attention))).output).not.toContain('\u001b');
  });
});
