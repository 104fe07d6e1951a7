import { setTimeout as pause } from 'node:timers/promises';
import type { Grant, Purge } from '@lethe/contracts';
import type { Realms } from '../connection/purging.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure, stopIfInterrupted } from '../terminal/failure.js';
import { printable } from '../terminal/printable.js';
import type { Session } from '../terminal/session.js';

const POLL_MS = 500;
/** Looks in vain before the operator is told what is waited for. */
const PATIENCE = 20;

/**
 * Waits until a granted purge has come as far as `reached` says, however long that takes: nothing is lost by going away, and whoever
 * waits is told once what holds it up. A purge of another epoch is not this one.
 */
export async function waitForPurge(
  session: Session,
  realms: Realms,
  { workspaceId, epoch }: Grant,
  reached: (purge: Purge) => boolean,
): Promise<Purge> {
  const tell = createTeller(session);
  for (let looks = 1; ; looks += 1) {
    stopIfInterrupted(session);
    const purge = await lookAt(realms, workspaceId, tell);
    if (purge?.epoch === epoch) {
      if (reached(purge)) return purge;
      if (purge.attention !== '')
        tell(
          `the purge needs attention: ${purge.attention}; look with lethe deletion explain ${workspaceId}`,
        );
    }
    if (looks === PATIENCE)
      tell(`still waiting for realm purge; look with lethe deletion explain ${workspaceId}`);
    await pause(session.pollMs ?? POLL_MS, undefined, { signal: session.signal }).catch(() => undefined);
  }
}

/** Undefined while realm-purge has not taken the order yet, or is away. */
async function lookAt(
  realms: Realms,
  realmId: string,
  tell: (line: string) => void,
): Promise<Purge | undefined> {
  try {
    return await findPurge(realms, realmId);
  } catch (error) {
    if (!(error instanceof Failure) || error.exitCode !== EXIT.unavailable) throw error;
    tell(`waiting: ${error.message}`);
    return undefined;
  }
}

/** A realm's purge as it stands; undefined while realm-purge knows of none. */
export async function findPurge(realms: Realms, realmId: string): Promise<Purge | undefined> {
  try {
    return (await realms.unary((client) => client.getPurge, { realmId })).purge;
  } catch (error) {
    if (error instanceof Failure && error.reason === 'PURGE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** Each line once. */
function createTeller({ errors }: Session): (line: string) => void {
  const told = new Set<string>();
  return (line) => {
    if (told.has(line)) return;
    told.add(line);
    errors.write(`lethe: ${printable(line)}\n`);
  };
}
