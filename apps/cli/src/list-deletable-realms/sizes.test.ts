import { status } from '@grpc/grpc-js';
import { DeletionKind, RealmDescription, type DeletionCandidate } from '@lethe/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { refusal } from '../testing/purge-world.js';
import { lethe } from '../testing/run-lethe.js';
import { startScriptedService, type Script, type ScriptedService } from '../testing/scripted-service.js';

let service: ScriptedService | undefined;
afterEach(() => service?.stop());

const idOf = (n: number) => `b65752f9-22e4-413e-b61b-${n.toString(16).padStart(12, '0')}`;
const candidate = (n: number, kind = DeletionKind.DELETION_PLANNED): DeletionCandidate => ({
  ...{
    organizationId: 'org1',
    workspaceId: idOf(n),
    kind,
    since: new Date('2026-06-09T13:06:02.295Z'),
    epoch: 2,
  },
});
const asked: string[][] = [];
async function against(candidates: DeletionCandidate[], argv: string[], more: Script = {}) {
  asked.length = 0;
  service = await startScriptedService({
    listDeletable: () => ({ candidates, nextPageToken: '' }),
    describeRealms({ realmIds }) {
      asked.push(realmIds);
      const known = realmIds.filter((id) => id !== idOf(2));
      return {
        realms: known.map((realmId) => RealmDescription.fromPartial({ realmId, blocks: 7, bytes: 1 << 20 })),
      };
    },
    ...more,
  });
  return lethe(['list-deletable-realms', '--sizes', ...argv], { env: service.env });
}

describe('lethe list-deletable-realms --sizes', () => {
  it('ends each line with blocks and bytes, and with dashes where the realm is unknown', async () => {
    const candidates = [candidate(1), candidate(2, DeletionKind.ORPHANED)];
    expect(await against(candidates, ['--organization', 'org1'])).toEqual({
      code: 0,
      output:
        'Found 2 deletion candidate(s):\n' +
        'Realm b65752f922e4413eb61b000000000001  kind=deletion_planned  deletion_date=2026-06-09T13:06:02.295000Z  blocks=7  bytes=1048576\n' +
        'Realm b65752f922e4413eb61b000000000002  kind=orphaned          orphaned_since=2026-06-09T13:06:02.295000Z  blocks=-  bytes=-\n',
      errors: '',
    });
    await service?.stop();
    expect((await against(candidates, ['--all-organizations'])).output).toMatch(
      / {2}organization=org1 {2}blocks=7 {2}bytes=1048576\n/,
    );
  });

  it('adds keys to the JSON', async () => {
    const { output } = await against([candidate(1), candidate(2)], ['--organization', 'org1', '--json']);
    expect(JSON.parse(output)).toMatchObject([
      { kind: 'deletion_planned', blocks: 7, bytes: 1 << 20 },
      { blocks: null, bytes: null },
    ]);
  });

  it('asks for each realm once, a thousand at a time, and for none where there is none', async () => {
    const many = Array.from({ length: 2_500 }, (_, n) => candidate(n + 10));
    const twice = [...many, ...many.map((c) => ({ ...c, kind: DeletionKind.ORPHANED }))];
    const { code, output } = await against(twice, ['--organization', 'org1']);
    expect(code).toBe(0);
    expect(output).toMatch(/^Found 5000 /);
    expect(asked.map((ids) => ids.length)).toEqual([1000, 1000, 500]);
    await service?.stop();
    expect(await against([], ['--organization', 'org1'])).toMatchObject({
      code: 0,
      output: 'No realms eligible for deletion\n',
    });
    expect(asked).toEqual([]);
  });

  it('fails where realm-purge does, and says whose address is wrong', async () => {
    const away: Script = {
      describeRealms: () => {
        throw refusal(status.UNAVAILABLE, 'UNAVAILABLE');
      },
    };
    const outcome = await against([candidate(1)], ['--organization', 'org1'], away);
    expect(outcome).toMatchObject({ code: 69, output: '' });
    expect(outcome.errors).toMatch(
      /cannot reach the realm purge at .* name another with REALM_PURGE_ADDRESS/,
    );
    const { REALM_PURGE_ADDRESS: _, ...env } = service!.env;
    expect(
      await lethe(['list-deletable-realms', '--sizes', '--organization', 'org1'], { env }),
    ).toMatchObject({ code: 2, output: '' });
    expect(await lethe(['list-deletable-realms', '--organization', 'org1'], { env })).toMatchObject({
      code: 0,
    });
  });
});
