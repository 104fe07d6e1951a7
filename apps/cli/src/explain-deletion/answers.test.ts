import { status } from '@grpc/grpc-js';
import { DeletionKind, DeletionState } from '@lethe/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { purging, WORKSPACE } from '../testing/deletions.js';
import { away, condition, onTheWire, purge, says, unknown } from '../testing/explanations.js';
import { refusal } from '../testing/purge-world.js';
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

describe('what lethe deletion explain is answered', () => {
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
