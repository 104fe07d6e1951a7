/** Keys in order, which go one by one. A walk over what is held passes what is gone in steps that get longer. */
export class KeySpace {
  #keys: string[] = [];
  #places = new Map<string, number>();
  /** The first place from here on that may be held; its own where it is. */
  #next = new Int32Array(1);
  held = 0;

  /** More keys; what is held already stays. */
  hold(more: readonly string[]): void {
    const all = new Set([...this.#keys.filter((_, place) => this.#next[place] === place), ...more]);
    this.#keys = [...all].sort();
    this.#places = new Map(this.#keys.map((key, place) => [key, place]));
    this.#next = Int32Array.from({ length: this.#keys.length + 1 }, (_, place) => place);
    this.held = this.#keys.length;
  }

  empty(): void {
    this.#keys = [];
    this.hold([]);
  }

  remove(key: string): void {
    const place = this.#places.get(key);
    if (place === undefined || this.#next[place] !== place) return;
    this.#next[place] = place + 1;
    this.held -= 1;
  }

  /** Up to `most` held keys that begin with `prefix` and come after `after`, and whether there are more. */
  list(prefix: string, after: string, most: number): { readonly keys: string[]; readonly more: boolean } {
    const found: string[] = [];
    const from = after < prefix ? this.#firstFrom(prefix, false) : this.#firstFrom(after, true);
    for (let place = this.#heldFrom(from); ; place = this.#heldFrom(place + 1)) {
      const key = this.#keys[place];
      if (!key?.startsWith(prefix)) return { keys: found, more: false };
      if (found.length === most) return { keys: found, more: true };
      found.push(key);
    }
  }

  #firstFrom(key: string, behind: boolean): number {
    let [low, high] = [0, this.#keys.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const there = this.#keys[middle] as string;
      if (there < key || (behind && there === key)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #heldFrom(place: number): number {
    const next = this.#next;
    let held = place;
    while (next[held] !== held && held < this.#keys.length) held = next[held] as number;
    for (let at = place; at !== held;) {
      const further = next[at] as number;
      next[at] = held;
      at = further;
    }
    return held;
  }
}
