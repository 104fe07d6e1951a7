import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { status } from '@grpc/grpc-js';
import { PurgeAuthorityServiceService, WorkspaceServiceService } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import { describe, expect, it } from 'vitest';
import { httpErrorOf } from '../../apps/gateway/src/http/error-mapping.js';
import { allowedCalls } from '../../apps/workspace-service/src/allowed-calls.js';
import { PARTICIPANTS } from '../../apps/workspace-service/src/testing/world.sql.js';
import { tableOf } from './page.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const PAGE = read('docs/operating/grpc.md');

const plain = (cell = '') => cell.replaceAll('`', '');
const ROWS = tableOf(PAGE, 'reason').map(([reason, code, rest]) => ({
  reason: plain(reason),
  code: plain(code),
  rest: plain(rest),
}));

const filesBelow = (directory: string) =>
  readdirSync(join(ROOT, directory), { recursive: true, encoding: 'utf8' }).map((path) =>
    join(directory, path),
  );
const SOURCES = [...filesBelow('apps/workspace-service/src'), 'libs/service/src/grpc-handler.ts'].filter(
  (path) => path.endsWith('.ts') && !/\.test\.ts$|\/testing\//.test(path),
);
const PROTOS = filesBelow('proto/lethe/workspace/v1').filter((path) => path.endsWith('_service.proto'));

/** Every refusal in the sources, as `CODE REASON`; the short form is start-purge's, whose code stands in one place. */
const REFUSALS = SOURCES.map(read).flatMap((source) => [
  ...[...source.matchAll(/new RefusalError\(\{\s*code: status\.(\w+),\s*reason(?:: '(\w+)')?,/g)].map(
    ([, code, reason]) => `${code} ${reason}`,
  ),
  ...[...source.matchAll(/\brefused\(\s*'(\w+)'/g)].map(([, reason]) => `FAILED_PRECONDITION ${reason}`),
]);

describe('the reasons of docs/operating/grpc.md', () => {
  it('finds every refusal of the sources', () => {
    const written = SOURCES.map(read).join('\n').split('new RefusalError(').length - 1;
    const found = REFUSALS.filter((refusal) => !refusal.endsWith(' undefined')).length;
    const short = SOURCES.map(read)
      .join('\n')
      .match(/\brefused\(\s*'/g)!.length;
    // Each is found once; the one that the short form is made with stands for no reason of its own.
    expect(found - short).toBe(written - 1);
  });

  it('are all that there are, each with its code, once', () => {
    const promised = PROTOS.map(read).join('\n');
    const rows = ROWS.map(({ code, reason }) => `${code} ${reason}`);
    const real = REFUSALS.filter((refusal) => !/undefined| UNIMPLEMENTED$/.test(refusal));
    expect(new Set(rows).size).toBe(rows.length);
    expect(real.filter((refusal) => !rows.includes(refusal))).toEqual([]);
    expect(ROWS.filter((row, i) => !real.includes(rows[i]!) && !promised.includes(row.reason))).toEqual([]);
  });

  it.each(ROWS)('$reason is over REST what the gateway makes of it', ({ reason, code, rest }) => {
    const refusal = new RefusalError({
      code: status[code as keyof typeof status],
      reason,
      message: 'm',
    });
    const { status: answered, body } = httpErrorOf(refusal, { failed: 'failed' });
    // Of what only operators and participants meet, the gateway knows nothing.
    if (rest === '—') expect(read('apps/gateway/src/http/error-mapping.ts')).not.toContain(`${reason}:`);
    else expect(`${answered}`, body.code).toBe(rest);
  });
});

describe('the callers of docs/operating/grpc.md', () => {
  const mayCall = allowedCalls(PARTICIPANTS, new Set());
  const paths = [WorkspaceServiceService, PurgeAuthorityServiceService].flatMap((definition) =>
    Object.values<{ path: string }>(definition).map(({ path }) => path),
  );
  const allowed = (caller: string) =>
    paths.filter((path) => mayCall(caller, path)).map((path) => path.split('/')[2]!);
  const named = (cell = '') => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
  const rows = tableOf(PAGE, 'caller');

  it.each(['operator', ...PARTICIPANTS.keys()])('%s may call what its row says', (caller) => {
    const row = rows.find(([callers]) => callers?.includes(`\`${caller}\``));
    expect(named(row?.[1]).sort()).toEqual(allowed(caller).sort());
  });

  it('gateway may call all of WorkspaceService but what its row excepts', () => {
    const row = rows.find(([callers]) => callers === '`gateway`');
    expect(row?.[1]).toMatch(/^all of WorkspaceService except /);
    const all = Object.values<{ path: string }>(WorkspaceServiceService).map(
      ({ path }) => path.split('/')[2]!,
    );
    expect(allowed('gateway').sort()).toEqual(all.filter((name) => !named(row?.[1]).includes(name)).sort());
  });

  it('nobody else may call anything', () => {
    expect(allowed('stranger')).toEqual([]);
    expect(rows).toHaveLength(3);
  });
});
