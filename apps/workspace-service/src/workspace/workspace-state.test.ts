import { describe, expect, it } from 'vitest';
import type { Account } from '../account/account.js';
import {
  decideDeletion,
  decideRestore,
  explainGrantRefusal,
  obstaclesToDeletion,
  type GrantFacts,
  type WorkspaceFacts,
} from './workspace-state.js';

const user: Account = { userId: 'u', organizationId: 'org1', orgRole: 0, validated: true };
const active: WorkspaceFacts = {
  state: 'active',
  epoch: 0,
  etag: '0.1',
  role: 'ADMIN',
  liveBuckets: 0,
  liveRepositories: 0,
  holds: 0,
  isDefault: false,
  due: false,
};
const deleted: WorkspaceFacts = { ...active, state: 'deleted', epoch: 1 };
const STATES = ['active', 'deleted', 'purging', 'purged'] as const;

describe('decideDeletion', () => {
  it('lets an ADMIN delete an empty active workspace, with its etag or without one', () => {
    expect(decideDeletion(user, active, '')).toEqual({ kind: 'delete' });
    expect(decideDeletion(user, active, '0.1')).toEqual({ kind: 'delete' });
  });
  it('refuses an unknown caller and one who is not validated before anything else', () => {
    for (const facts of [active, deleted, undefined])
      for (const caller of [undefined, { ...user, validated: false }])
        expect(decideDeletion(caller, facts, 'x')).toEqual({ kind: 'caller_not_validated' });
  });
  it('knows no workspace where there is none, or where its purge is over, or for those who were not its ADMIN', () => {
    const none = { kind: 'not_found' };
    expect(decideDeletion(user, undefined, '')).toEqual(none);
    expect(decideDeletion(user, { ...deleted, state: 'purged' }, '')).toEqual(none);
    for (const role of ['READ', 'WRITE', undefined] as const)
      expect(decideDeletion(user, { ...deleted, role }, '')).toEqual(none);
  });
  it('tells a former ADMIN that it is deleted already, and whether it can come back', () => {
    const already = (facts: WorkspaceFacts) => decideDeletion(user, facts, '');
    expect(already(deleted)).toEqual({ kind: 'already_deleted', restorable: true });
    expect(already({ ...deleted, due: true })).toEqual({ kind: 'already_deleted', restorable: false });
    expect(already({ ...deleted, state: 'purging' })).toEqual({ kind: 'already_deleted', restorable: false });
  });
  it('refuses who is not its ADMIN before it looks at etag and resources, the organization OWNER too', () => {
    for (const role of ['READ', 'WRITE', undefined] as const)
      for (const orgRole of [0, 255])
        expect(decideDeletion({ ...user, orgRole }, { ...active, role, liveBuckets: 1 }, 'x')).toEqual({
          kind: 'insufficient_permissions',
        });
  });
  it('refuses another etag before it counts resources, then any live resource', () => {
    const full = { ...active, liveBuckets: 2, liveRepositories: 1 };
    expect(decideDeletion(user, full, '0.2')).toEqual({ kind: 'etag_mismatch' });
    expect(decideDeletion(user, full, '0.1')).toEqual({ kind: 'has_resources', buckets: 2, repositories: 1 });
    expect(decideDeletion(user, { ...active, liveRepositories: 1 }, '')).toEqual({
      kind: 'has_resources',
      buckets: 0,
      repositories: 1,
    });
  });
  it('refuses a held one and the default one, after the resources', () => {
    const all = { ...active, liveBuckets: 1, holds: 2, isDefault: true };
    expect(decideDeletion(user, all, '').kind).toBe('has_resources');
    expect(decideDeletion(user, { ...all, liveBuckets: 0 }, '')).toEqual({ kind: 'held', holds: 2 });
    expect(decideDeletion(user, { ...active, isDefault: true }, '')).toEqual({ kind: 'default_workspace' });
    expect(obstaclesToDeletion(all).map(({ kind }) => kind)).toEqual([
      'has_resources',
      'held',
      'default_workspace',
    ]);
  });
});

describe('decideRestore', () => {
  const asUser = (account: Account | undefined, facts: WorkspaceFacts | undefined) =>
    decideRestore({ kind: 'user', account }, facts).kind;
  const asOperator = (facts: WorkspaceFacts | undefined) => decideRestore({ kind: 'operator' }, facts).kind;

  it('lets a former ADMIN and the organization administrators restore in time, an operator until the grant', () => {
    expect(asUser(user, deleted)).toBe('restore');
    for (const orgRole of [254, 255])
      expect(asUser({ ...user, orgRole }, { ...deleted, role: undefined })).toBe('restore');
    expect(asUser(user, { ...deleted, due: true })).toBe('window_closed');
    expect(asOperator({ ...deleted, due: true, role: undefined })).toBe('restore');
  });
  it('refuses callers who are not validated, unknown workspaces and who has no right', () => {
    expect(asUser(undefined, deleted)).toBe('caller_not_validated');
    expect(asUser({ ...user, validated: false }, deleted)).toBe('caller_not_validated');
    expect(asUser(user, undefined)).toBe('not_found');
    expect(asOperator(undefined)).toBe('not_found');
    for (const role of ['READ', 'WRITE', undefined] as const)
      for (const orgRole of [0, 1, 2])
        for (const state of STATES)
          expect(asUser({ ...user, orgRole }, { ...deleted, role, state })).toBe('insufficient_permissions');
  });
  it('restores from no other state', () => {
    for (const decide of [(facts: WorkspaceFacts) => asUser(user, facts), asOperator]) {
      expect(decide(active)).toBe('active');
      expect(decide({ ...deleted, state: 'purging' })).toBe('purge_started');
      expect(decide({ ...deleted, state: 'purged' })).toBe('purge_started');
    }
  });
});

describe('explainGrantRefusal', () => {
  const planned: GrantFacts = {
    state: 'deleted',
    held: false,
    planned: { hasPurgeTime: true, due: false },
    policy: { sequestered: false, orphanDue: false },
    orphaned: false,
  };
  const orphan: GrantFacts = { ...planned, state: 'active', planned: undefined, orphaned: true };

  it.each<[string, Parameters<typeof explainGrantRefusal>]>([
    ['not_found', ['deletion_planned', undefined]],
    ['already_purged', ['deletion_planned', { ...planned, state: 'purged' }]],
    ['already_purged', ['orphaned', { ...orphan, state: 'purging' }]],
    ['held', ['deletion_planned', { ...planned, held: true }]],
    ['held', ['orphaned', { ...orphan, held: true }]],
    ['not_deletable', ['deletion_planned', { ...planned, state: 'active' }]],
    ['not_deletable', ['deletion_planned', { ...planned, state: 'active', held: true }]],
    [
      'no_policy',
      ['deletion_planned', { ...planned, planned: { hasPurgeTime: false, due: false }, held: true }],
    ],
    ['not_deletable', ['orphaned', { ...orphan, orphaned: false, held: true }]],
    ['sequestered', ['orphaned', { ...orphan, policy: { sequestered: true, orphanDue: true }, held: true }]],
    ['not_deletable', ['deletion_planned', { ...planned, planned: undefined }]],
    ['not_due', ['deletion_planned', planned]],
    ['no_policy', ['deletion_planned', { ...planned, planned: { hasPurgeTime: false, due: false } }]],
    ['not_deletable', ['orphaned', { ...orphan, orphaned: false }]],
    ['not_deletable', ['orphaned', { ...orphan, state: 'deleted' }]],
    ['no_policy', ['orphaned', { ...orphan, policy: undefined }]],
    ['sequestered', ['orphaned', { ...orphan, policy: { sequestered: true, orphanDue: true } }]],
    ['not_due', ['orphaned', orphan]],
  ])('%s', (refusal, [kind, facts]) => {
    expect(explainGrantRefusal(kind, facts)).toBe(refusal);
  });
});
