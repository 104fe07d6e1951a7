import type { Writable } from 'node:stream';
import type { Deletion } from '@lethe/contracts';
import { deletionJson } from '../deletion/deletion-json.js';
import { conditionLine, stateLine } from '../deletion/deletion-lines.js';

/** Shows a deletion each time it changes. */
export interface DeletionView {
  show(deletion: Deletion): void;
  /** Something beside the deletion, on a line of its own. */
  note(line: string): void;
  /** Leaves the terminal as it was. Safe to repeat. */
  end(): void;
}

/** One JSON object a line for each change; notes would not be JSON, and go to the errors. */
export function createJsonView(output: Writable, errors: Writable): DeletionView {
  return {
    show: (deletion) => output.write(`${JSON.stringify(deletionJson(deletion))}\n`),
    note: (line) => errors.write(`${line}\n`),
    end: () => {},
  };
}

/** A line for each change, and none where nothing that a line shows has changed. */
export function createLineView(output: Writable): DeletionView {
  const conditions = createConditionLines();
  let last = '';
  return {
    show(deletion) {
      const line = stateLine(deletion);
      if (line !== last) output.write(`${line}\n`);
      last = line;
      for (const change of conditions.changes(deletion)) output.write(`${change}\n`);
    },
    note: (line) => output.write(`${line}\n`),
    end: () => {},
  };
}

/** What holds the deletion up, told when it changes. */
export function createConditionLines(): { changes(deletion: Deletion): string[] } {
  let known: string[] = [];
  return {
    changes(deletion) {
      const lines = deletion.conditions.map(conditionLine);
      const fresh = lines.filter((line) => !known.includes(line));
      const released = known.length > 0 && lines.length === 0;
      known = lines;
      return released ? ['nothing holds it up any more'] : fresh;
    },
  };
}
