import type { BlockState, KnownBlock, Realms } from '../realms/realms.js';

/** For tests: what realm-purge would say of an organization's blocks, and what it was told. */
export interface ScriptedRealms extends Realms {
  readonly rows: Map<string, 'live' | 'purged'>;
  readonly condemned: Set<string>;
  /** Ids that were pardoned, and whether they were swept. */
  readonly pardons: Map<string, boolean>;
  /** Called before each answer; may throw. */
  before: (what: 'known' | 'condemn' | 'pardon') => void | Promise<void>;
}

export function scriptedRealms(): ScriptedRealms {
  const rows = new Map<string, 'live' | 'purged'>();
  const condemned = new Set<string>();
  const pardons = new Map<string, boolean>();
  const script: ScriptedRealms = {
    rows,
    condemned,
    pardons,
    before: () => undefined,
    async known(_, after, most) {
      await script.before('known');
      const all = new Map<string, BlockState>([...condemned].map((id) => [id, 'condemned']));
      for (const [id, state] of rows) all.set(id, state);
      const known: KnownBlock[] = [...all].map(([id, state]) => ({ id, state }));
      return known
        .filter(({ id }) => id > (after ?? ''))
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .slice(0, most);
    },
    async condemn(_, ids) {
      await script.before('condemn');
      const free = ids.filter((id) => !rows.has(id));
      for (const id of free) condemned.add(id);
      return free;
    },
    async pardon(_, ids, swept) {
      await script.before('pardon');
      for (const id of ids) {
        condemned.delete(id);
        pardons.set(id, swept);
      }
    },
    close: () => undefined,
  };
  return script;
}
