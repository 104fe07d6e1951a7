import { DeletionState, type BlockedPage, type Deletion, type Purge, type Sweep } from '@lethe/contracts';
import { ConfigurationError } from '@lethe/service';
import {
  connectRealms,
  connectSweeper,
  connectWorkspaces,
  type Realms,
  type Sweeper,
} from '../connection/purging.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure } from '../terminal/failure.js';
import type { Session } from '../terminal/session.js';

/** What one service says; `none`: it knows of nothing; `away`: it did not answer, and why. */
export type Part<T> =
  | { readonly kind: 'known'; readonly value: T }
  | { readonly kind: 'none' }
  | { readonly kind: 'away'; readonly why: string };

export interface Blocked {
  readonly pages: readonly BlockedPage[];
  /** There are more than these. */
  readonly more: boolean;
}

/** What three services say of one deletion. Each part stands for itself: one that is away hides no other. */
export interface Diagnosis {
  readonly workspaceId: string;
  readonly deletion: Part<Deletion>;
  readonly purge: Part<Purge>;
  readonly sweep: Part<Sweep>;
  readonly blocked: Part<Blocked>;
}

/** So many blocked pages are looked at: their reasons are few. */
const BLOCKED_PAGES = 1_000;

/** @throws Failure where the workspace has no deletion. */
export async function diagnose(
  session: Session,
  workspaceId: string,
  server: string | undefined,
): Promise<Diagnosis> {
  const workspaces = connectWorkspaces(session, server);
  const realms = orAway(() => connectRealms(session));
  const sweeper = orAway(() => connectSweeper(session));
  const ofRealms = <T>(ask: (service: Realms) => Promise<T | undefined>) => asked(realms, ask);
  const ofSweeper = <T>(ask: (service: Sweeper) => Promise<T | undefined>) => asked(sweeper, ask);
  try {
    const [deletion, purge, sweep, blocked] = await Promise.all([
      asked({ kind: 'known', value: workspaces }, async (service) => {
        const request = { caller: undefined, workspaceId };
        return (await service.unary((client) => client.getDeletion, request)).deletion;
      }),
      ofRealms(async (service) => (await service.unary((c) => c.getPurge, { realmId: workspaceId })).purge),
      ofSweeper(async (service) => (await service.unary((c) => c.getSweep, { realmId: workspaceId })).sweep),
      ofSweeper(async (service) => {
        const request = { realmId: workspaceId, pageSize: BLOCKED_PAGES, pageToken: '' };
        const { pages, nextPageToken } = await service.unary((client) => client.listBlockedPages, request);
        return { pages, more: nextPageToken !== '' };
      }),
    ]);
    if (deletion.kind === 'none') throw new Failure(EXIT.refused, `workspace ${workspaceId} has no deletion`);
    return ofOneEpoch({ workspaceId, deletion, purge, sweep, blocked });
  } finally {
    workspaces.close();
    for (const part of [realms, sweeper]) if (part.kind === 'known') part.value.close();
  }
}

/** What is told of an earlier deletion of the workspace explains nothing about this one. */
function ofOneEpoch(diagnosis: Diagnosis): Diagnosis {
  const { deletion, purge, sweep, blocked } = diagnosis;
  if (deletion.kind !== 'known') return diagnosis;
  const { epoch, state } = deletion.value;
  const granted = state === DeletionState.PURGING || state === DeletionState.PURGED;
  const current = <T extends { readonly epoch: number }>(part: Part<T>): Part<T> =>
    part.kind === 'known' && (!granted || part.value.epoch !== epoch) ? { kind: 'none' } : part;
  const pages = (part: Part<Blocked>): Part<Blocked> =>
    part.kind === 'known'
      ? { ...part, value: { ...part.value, pages: part.value.pages.filter((page) => page.epoch === epoch) } }
      : part;
  return { ...diagnosis, purge: current(purge), sweep: current(sweep), blocked: pages(blocked) };
}

function orAway<T>(connect: () => T): Part<T> {
  try {
    return { kind: 'known', value: connect() };
  } catch (error) {
    if (error instanceof ConfigurationError) return { kind: 'away', why: error.faults.join('; ') };
    throw error;
  }
}

const NOT_FOUND = new Set(['PURGE_NOT_FOUND', 'SWEEP_NOT_FOUND', 'DELETION_NOT_FOUND']);

async function asked<S, T>(service: Part<S>, ask: (service: S) => Promise<T | undefined>): Promise<Part<T>> {
  if (service.kind !== 'known') return service;
  try {
    const value = await ask(service.value);
    return value === undefined ? { kind: 'none' } : { kind: 'known', value };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return NOT_FOUND.has(error.reason ?? '') ? { kind: 'none' } : { kind: 'away', why: error.message };
  }
}
