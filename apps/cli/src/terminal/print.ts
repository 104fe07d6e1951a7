import { once } from 'node:events';
import type { Session } from './session.js';

/** Prints, and waits where the reader is slower than we are: a long list is never kept in memory. Gives up at Ctrl-C. */
export async function print({ output, signal }: Session, text: string): Promise<void> {
  if (output.write(text) || signal.aborted) return;
  await once(output, 'drain', { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}

/** A JSON array that is printed as it comes. Broken off it is no JSON: nobody takes half a list for a whole one. */
export interface JsonArray {
  add(values: readonly unknown[]): Promise<void>;
  end(): Promise<void>;
}

export function createJsonArray(session: Session): JsonArray {
  let open = false;
  const element = (value: unknown) => {
    const separator = open ? ',\n' : '[\n';
    open = true;
    return separator + JSON.stringify(value, undefined, 2).replace(/^/gm, '  ');
  };
  return {
    add: (values) => print(session, values.map(element).join('')),
    end: () => print(session, open ? '\n]\n' : '[]\n'),
  };
}
