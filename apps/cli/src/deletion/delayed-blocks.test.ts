import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Condition, Deletion, Purge, PurgeState } from '@lethe/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { purging, PURGED, SCHEDULED, WORKSPACE } from '../testing/deletions.js';
import { purgeWorld, REALM } from '../testing/purge-world.js';
import { lethe } from '../testing/run-lethe.js';
import type { Script } from '../testing/script.js';
import { startScriptedService, type ScriptedService } from '../testing/scripted-service.js';

let service: ScriptedService | undefined;
afterEach(() => service?.stop());
async function run(script: Script, ...argv: string[]) {
  await service?.stop();
  service = await startScriptedService(script);
  return lethe(argv, { env: { ...service.env, LETHE_OPERATOR: 'ann' } });
}

const due = new Date('2026-07-09T13:06:03Z');
const DUE = '2026-07-09T13:06:03.000000Z';
const scheduled = Deletion.fromPartial({ ...SCHEDULED, sweepTime: due });
const waiting = purging(0, { sweepTime: due });
const delayed = () => Object.assign(purgeWorld(), { sweepTime: due });
const STAY = `Its blocks stay in the object storage until ${DUE}, for backups to find them, and are removed then; follow with: lethe deletion watch ${WORKSPACE}\n`;

describe('blocks that are delayed', () => {
  it('are shown with their date beside the other one', async () => {
    for (const deletion of [scheduled, waiting]) {
      const script = { getDeletion: () => ({ deletion }) };
      expect((await run(script, 'deletion', 'show', WORKSPACE)).output).toContain(
        `  blocks stay until  ${DUE}\n`,
      );
      const json = JSON.parse((await run(script, 'deletion', 'show', WORKSPACE, '--json')).output) as object;
      expect(json).toMatchObject({ sweep_time: DUE });
    }
    const shown = await run({ getDeletion: () => ({ deletion: scheduled }) }, 'deletion', 'show', WORKSPACE);
    expect(shown.output).toContain(
      `scheduled: not purged before 2026-06-09T13:06:02.295000Z, its blocks not before ${DUE}\n`,
    );
  });

  it('are not spoken of where they go with the metadata', async () => {
    const deletion = Deletion.fromPartial({ ...SCHEDULED, sweepTime: SCHEDULED.purgeTime });
    const { output } = await run({ getDeletion: () => ({ deletion }) }, 'deletion', 'show', WORKSPACE);
    expect(output).not.toContain('blocks');
  });

  it('are listed with their date, while they are ahead', async () => {
    const deletions = [scheduled, waiting, Deletion.fromPartial({ ...PURGED, sweepTime: due }), SCHEDULED];
    const script = { listDeletions: () => ({ deletions, nextPageToken: '' }) };
    const { output } = await run(script, 'deletion', 'list', '--organization', 'org1');
    const lines = output.trimEnd().split('\n');
    expect(lines.map((line) => line.includes(`  blocks_not_before=${DUE}  organization=org1`))).toEqual([
      ...[true, true, false, false],
    ]);
  });

  it('are what an explained purge waits for', async () => {
    const until = { type: 'SweepDelayed', source: 'realm-purge', message: '3 blocks stay', until: due };
    const deletion = { ...waiting, conditions: [Condition.fromPartial(until)] };
    const quarantineEndTime = new Date('2026-06-09T14:06:03Z');
    const purge = { realmId: WORKSPACE, epoch: 3, state: PurgeState.RELEASING, quarantineEndTime };
    const script: Script = {
      getDeletion: () => ({ deletion }),
      getPurge: () => ({ purge: Purge.fromPartial(purge) }),
    };
    const { output } = await run(script, 'deletion', 'explain', WORKSPACE);
    expect(output).toContain(`  blocks stay until  ${DUE}\n`);
    expect(output).toMatch(new RegExp(`blocks released from +${DUE}\n`));
    expect(output).toContain(`held up: SweepDelayed by realm-purge: 3 blocks stay (until ${DUE})\n`);
  });
});

describe('lethe delete-realm', () => {
  const base = ['delete-realm', '--organization', 'org1', '--realm', REALM];

  it('says before the order, and after it, until when the blocks stay; and waits for no such time', async () => {
    const dry = await run(delayed().script, ...base, '--dry-run');
    expect(dry.output).toContain(
      `Would remove its blocks from the object storage, not before ${DUE}\nDry run`,
    );
    expect(dry.output).toMatch(new RegExp(` +blocks stay until +${DUE}\n`));
    const done = await run(delayed().script, ...base, '--yes');
    expect(done).toMatchObject({ code: 0, errors: '' });
    expect(done.output).toBe(`Deleting metadata for realm ${REALM}... ✔\n${STAY}`);
  });

  it('says so as well behind a list that it made', async () => {
    const world = delayed();
    const file = join(mkdtempSync(join(tmpdir(), 'lethe-')), 'list.txt');
    const { output } = await run(world.script, ...base, '--yes', '--dump-realm-blocks', file);
    expect(world.releases).toHaveLength(1);
    expect(output.endsWith(STAY)).toBe(true);
  });
});

it('lethe sweep says until when the released blocks stay', async () => {
  const world = Object.assign(delayed(), { state: 'purging', kept: true, slowness: 0 });
  const file = join(mkdtempSync(join(tmpdir(), 'lethe-')), 'list.txt');
  writeFileSync(file, world.slugs.map((slug) => `${slug}\n`).join(''));
  const { code, output } = await run(world.script, 'sweep', '--realm', REALM, '--from', file, '--yes');
  expect([code, output.endsWith(STAY)]).toEqual([0, true]);
});
