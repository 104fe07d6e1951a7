import type { StoreFinding } from './examination.js';
import type { Ends } from './filesystem-ends.js';
import type { ObjectStore } from './object-store.js';

export async function examineDirectory(_s: ObjectStore, _e: Ends, _n: () => Date): Promise<StoreFinding[]> {
  return Promise.resolve([]);
}
