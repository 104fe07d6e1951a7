import { status } from '@grpc/grpc-js';
import { Deletion } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import { afterEach, describe, expect, it } from 'vitest';
import { PURGED, purging, SCHEDULED, WORKSPACE } from '../testing/deletions.js';
import { lethe } from '../testing/run-lethe.js';
import { startScriptedService, type ScriptedService } from '../testing/scripted-service.js';

let service: ScriptedService | undefined;
afterEach(() => service?.stop());

async function show(deletion: Deletion | undefined, ...argv: string[]) {
  service = await startScriptedService({ getDeletion: () => ({ deletion }) });
  return lethe(['deletion', 'show', WORKSPACE, ...argv], { env: service.env });
}

const reported = Deletion.fromPartial({
  ...PURGED,
  participants: [
    {
      participant: 'realm-purge',
      givesBlockEvidence: true,
      reportTime: new Date('2026-06-09T13:06:50Z'),
      evidence: {
        removed: { vlob_atoms: 120 },
        blocks: { pages: 5, blocksTotal: 5000, blocksSwept: 5000, root: Buffer.alloc(32, 0xab) },
      },
    },
    { participant: 'blob-sweeper', givesBlockEvidence: true },
  ],
});

describe('lethe deletion show', () => {
  it('prints a page', async () => {
    const condition = {
      type: 'held',
      source: 'workspace-service',
      message: 'a legal hold\u001b[31m',
      since: undefined,
      until: undefined,
    };
    expect(await show({ ...purging(1200), conditions: [condition] })).toEqual({
      code: 0,
      output: `Deletion 0a1f3c52-6c1b-4a6e-9b0e-2f6b3a0c9d02, purging: 1200 of 5000 blocks, 24 %, 5.0 MiB, 2000 blocks/s, about 2 s left
  workspace          72088440-3387-4dfb-9bb4-9da961d3f65a
  organization       org1
  kind               deletion_planned
  epoch              3
  requested by       user-1
  deleted            2026-05-10T13:06:02.295000Z
  not purged before  2026-06-09T13:06:02.295000Z
  purge granted      2026-06-09T13:06:03.000000Z
  blocks             1200 of 5000 blocks, 24 %, 5.0 MiB, 2000 blocks/s, about 2 s left
  held up: held by workspace-service: a legal hold\\u001b[31m
`,
      errors: '',
    });
  });

  it('says who has reported', async () => {
    const { output } = await show(reported);
    expect(output).toMatch(/realm-purge +reported 2026-06-09T13:06:50.000000Z\n/);
    expect(output).toMatch(/blob-sweeper +has not reported\n/);
  });

  it('prints JSON with everything, and null for what is not there', async () => {
    const scheduled = await show(SCHEDULED, '--json');
    expect(JSON.parse(scheduled.output)).toMatchObject({
      state: 'scheduled',
      kind: 'deletion_planned',
      purge_time: '2026-06-09T13:06:02.295000Z',
      purged_time: null,
      certificate_id: null,
      progress: null,
      conditions: [],
    });
    await service?.stop();
    const full = await show(reported, '--json');
    expect(JSON.parse(full.output)).toMatchObject({
      state: 'purged',
      progress: { blocks_total: 5000, blocks_swept: 5000 },
      participants: [
        {
          participant: 'realm-purge',
          evidence: { removed: { vlob_atoms: 120 }, blocks: { root: 'ab'.repeat(32) } },
        },
        { participant: 'blob-sweeper', report_time: null, evidence: null },
      ],
    });
  });

  it('tells a deleted workspace that is never purged by itself', async () => {
    const { output } = await show({ ...SCHEDULED, purgeTime: undefined });
    expect(output).toContain('scheduled: never purged by itself, its organization had no deletion policy');
  });

  it('ends with 1 where there is none, with 70 where the answer is empty', async () => {
    service = await startScriptedService({
      getDeletion: () => {
        throw new RefusalError({
          code: status.NOT_FOUND,
          reason: 'DELETION_NOT_FOUND',
          message: 'this workspace has no deletion',
        });
      },
    });
    const none = await lethe(['deletion', 'show', WORKSPACE], { env: service.env });
    expect(none).toEqual({ code: 1, output: '', errors: 'lethe: this workspace has no deletion\n' });
    await service.stop();
    expect(await show(undefined)).toMatchObject({ code: 70, output: '' });
  });
});
