import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const SOURCES = join(import.meta.dirname, '../../apps/workspace-service/src');
const TENANTS =
  /\b(workspace|membership|bucket|repository|repository_bucket|hold|deletion|deletion_participant|deletion_progress|certificate|account|deletion_policy|system_event|kept_answer)\b/;
const STATEMENT = /\b(select|insert|update|delete)\b/;

/** What speaks for no user of an organization, or of the user alone; each with its reason. */
const ABOVE: Readonly<Record<string, string>> = {
  'account/account.sql.ts lockAccount': 'locks one user by its own id, and answers nothing',
  'announce-purges/announce-purges.sql.ts NOT_HELD': 'part of a loop over all organizations',
  'announce-purges/announce-purges.sql.ts lockApproaching': 'a loop over all organizations',
  'certify-deletion/certify-deletion.sql.ts listReported': 'a loop over all organizations',
  'certify-deletion/certify-deletion.sql.ts PROVEN': 'part of a statement about a deletion by its id',
  'certify-deletion/certify-deletion.sql.ts countRemainder': 'of a granted deletion, for the loop',
  'certify-deletion/certify-deletion.sql.ts removeRemainder': 'of a granted deletion, for the loop',
  'deletion/deletion.sql.ts openDeletion':
    'behind the lock of a workspace that was found in its organization',
  'deletion/deletion.sql.ts listParticipantRows':
    'of deletions that were found in their organization, or of grants',
  'grant/find-grants.sql.ts findGrant': 'for participants, who stand above organizations',
  'grant/find-grants.sql.ts listOpenGrants': 'for participants, who stand above organizations',
  'grant/grant.sql.ts grantPlanned': 'behind the lock of a workspace that was found in its organization',
  'grant/grant.sql.ts lockOrphanGuards': 'members of a workspace that was found in its organization',
  'grant/grant.sql.ts requireParticipants': 'of a deletion that was just granted',
  'idempotency/kept-answer.sql.ts keepAnswer':
    'what the user was answered, about a workspace it just changed',
  'idempotency/kept-answer.sql.ts forgetAnswers': 'a loop over all organizations',
  'orphan/orphan.sql.ts orphanedSince': 'part of statements that name the organization',
  'recall-participants/recall-participants.sql.ts listAwaited': 'a loop over all organizations',
  'replay-deletions/replay-deletions.sql.ts REPLAYABLE': 'part of statements that name the organization',
  'replay-deletions/unproven.sql.ts UNPROVEN': 'part of statements that name the organization',
  'replay-deletions/replay-deletions.sql.ts lockReplayed':
    'what an operator, who stands above organizations, was listed',
  'report-erasure/report-erasure.sql.ts recordEvidence': 'for participants, by grant',
  'report-erasure/report-erasure.sql.ts isRequired': 'for participants, by grant',
  'report-progress/report-progress.sql.ts upsertProgress': 'for participants, by grant',
  'resource/resource.sql.ts BUCKETS_OF_REPOSITORY': 'part of statements that name the organization',
  'watch-progress/watch-progress.sql.ts listOpenDeletions': 'a loop over all organizations',
  'watch-progress/watch-progress.sql.ts listReportsOf': 'a loop over all organizations',
  'workspace/workspace.sql.ts FACTS': 'part of statements that name the organization',
};

/** Each SQL text of the service with the function or constant it stands in. */
function statements(): { readonly place: string; readonly sql: string }[] {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.sql.ts') && !file.startsWith('testing/'),
  );
  return files.flatMap((file) => {
    const source = readFileSync(join(SOURCES, file), 'utf8');
    const named = /^(?:export )?(?:async )?(?:function|const) (\w+)/gm;
    const names = [...source.matchAll(named)].map((m) => [m.index, m[1] ?? ''] as const);
    return [...source.matchAll(/`([^`]*)`/g)].map((match) => ({
      place: `${file} ${names.filter(([at]) => at < match.index).at(-1)?.[1] ?? ''}`,
      sql: match[1] ?? '',
    }));
  });
}

it('every SQL statement about what an organization owns names the organization, or is known to stand above', () => {
  const without = statements()
    .filter(({ sql }) => STATEMENT.test(sql) && TENANTS.test(sql) && !sql.includes('organization_id'))
    .map(({ place }) => place);
  expect(statements().length).toBeGreaterThan(60);
  expect([...new Set(without)].sort()).toEqual(Object.keys(ABOVE).sort());
});
