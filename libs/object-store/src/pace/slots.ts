/** Gives out so many places at once as its limit has at the moment, in the order of asking. */
export interface Slots {
  readonly taken: number;
  readonly waiting: number;
  /** Resolves with a place, which is to be given back once. Rejects when the signal aborts, and with what {@link Slots.refuse} says. */
  take(signal: AbortSignal): Promise<() => void>;
  /** Those who have a place keep it. */
  resize(limit: number): void;
  /** All who wait now. */
  refuse(why: () => Error): void;
}

interface Waiter {
  readonly admit: () => void;
  readonly refuse: (why: Error) => void;
}

export function createSlots(first: number): Slots {
  let limit = first;
  let taken = 0;
  const queue = new Set<Waiter>();

  function admit(): void {
    for (const waiter of queue) {
      if (taken >= Math.max(1, Math.floor(limit))) return;
      queue.delete(waiter);
      taken += 1;
      waiter.admit();
    }
  }
  const giveBack = () => {
    let given = false;
    return () => {
      if (given) return;
      given = true;
      taken -= 1;
      admit();
    };
  };

  return {
    get taken() {
      return taken;
    },
    get waiting() {
      return queue.size;
    },
    take(signal) {
      return new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason as Error);
          return;
        }
        const leave = () => {
          queue.delete(waiter);
          reject(signal.reason as Error);
        };
        const waiter: Waiter = {
          admit() {
            signal.removeEventListener('abort', leave);
            resolve(giveBack());
          },
          refuse(why) {
            signal.removeEventListener('abort', leave);
            reject(why);
          },
        };
        signal.addEventListener('abort', leave);
        queue.add(waiter);
        admit();
      });
    },
    resize(now) {
      limit = now;
      admit();
    },
    refuse(why) {
      const all = [...queue];
      queue.clear();
      for (const waiter of all) waiter.refuse(why());
    },
  };
}
