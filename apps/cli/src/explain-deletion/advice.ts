import { DeletionState, type Condition } from '@lethe/contracts';
import { shellCommand } from '../terminal/shell.js';
import { realmHex } from '../workspace/workspace-id.js';
import type { Diagnosis } from './diagnosis.js';

/** What an operator may do next, and the command for it where there is one. */
export interface Advice {
  readonly why: string;
  readonly command: string | undefined;
}

/** What to do about what holds a deletion up; each advice once, in the order of the conditions. Empty: nothing but to wait. */
export function adviceOn(diagnosis: Diagnosis): Advice[] {
  const { workspaceId, deletion, purge, blocked } = diagnosis;
  const conditions = deletion.kind === 'known' ? deletion.value.conditions : [];
  const types = new Set(conditions.map(({ type }) => type));
  const organizationId = deletion.kind === 'known' ? deletion.value.organizationId : '';
  const rules = rulesFor(workspaceId, organizationId);
  const advice = conditions.flatMap((condition) => rules.get(condition.type)?.(condition) ?? []);
  // What the services say themselves may not have reached the authority yet.
  if (purge.kind === 'known' && purge.value.attention !== '' && !types.has('NeedsAttention'))
    advice.push(...(rules.get('NeedsAttention')?.(undefined) ?? []));
  if (blocked.kind === 'known' && blocked.value.pages.length > 0 && !types.has('Blocked'))
    advice.push(...(rules.get('Blocked')?.(undefined) ?? []));
  if (deletion.kind === 'known' && deletion.value.state === DeletionState.PURGED)
    advice.push({
      why: 'its deletion certificate can be fetched',
      command: shellCommand('lethe', 'certificate', 'show', workspaceId),
    });
  return [...new Map(advice.map((each) => [`${each.why}\n${each.command ?? ''}`, each])).values()];
}

type Rule = (condition: Condition | undefined) => Advice[];

function rulesFor(workspaceId: string, organizationId: string): Map<string, Rule> {
  const advise = (why: string, ...command: string[]): Advice => ({
    why,
    command: command.length === 0 ? undefined : shellCommand('lethe', ...command),
  });
  const realm = realmHex(workspaceId);
  const retry = ['deletion', 'retry', workspaceId];
  const deleteRealm = ['delete-realm', '--organization', organizationId, '--realm', realm];
  return new Map<string, Rule>([
    [
      'Held',
      () => [advise('holds keep it; release each with lethe hold release', 'hold', 'list', workspaceId)],
    ],
    [
      'NoDeletionPolicy',
      () => [
        advise(
          'give its organization a deletion policy, restore the workspace, and delete it again',
          ...['restore', workspaceId],
        ),
      ],
    ],
    ['ManualPurge', () => [advise('order its purge, once it is due', ...deleteRealm)]],
    ['Paused', () => [advise('an operator paused it; let it go on', 'deletion', 'resume', workspaceId)]],
    [
      'BlocksKept',
      () => [
        advise(
          'its blocks are kept; have them removed by their list',
          ...['sweep', '--realm', realm, '--from', 'FILE'],
        ),
        advise('or make a list of them first', ...deleteRealm, '--dump-realm-blocks', 'FILE'),
      ],
    ],
    [
      'Blocked',
      () => [advise('a store does not delete some blocks; mend it, then try again at once', ...retry)],
    ],
    [
      'NeedsAttention',
      () => [
        advise(
          'it stopped because going on could be wrong; remove the cause (docs/operating/running.md), then',
          ...retry,
        ),
      ],
    ],
    [
      'ParticipantSilent',
      (condition) => [
        advise(`see that the participant runs, and that it reaches the others: ${condition?.message ?? ''}`),
      ],
    ],
    [
      'NoProgress',
      () => [advise('see that realm-purge, blob-sweeper and NATS run, then try again at once', ...retry)],
    ],
    [
      'ReportsContradict',
      () => [advise('compare the pages of realm-purge with the ledger (docs/operating/running.md)')],
    ],
  ]);
}
