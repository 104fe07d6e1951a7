/**
 * Something that runs between start and stop. The contract, for every component:
 * - start resolves once it works, and rejects when it cannot;
 * - stop resolves once nothing of it is left (no timer, socket or promise), lets what is under way finish, never rejects for
 *   being called early, twice, or while start is still under way.
 */
export interface Component {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Something that works from the moment it is made, such as a client, and only has to be let go. */
export function letGo(name: string, stop: () => void): Component {
  return {
    name,
    start: () => Promise.resolve(),
    stop: () => {
      stop();
      return Promise.resolve();
    },
  };
}

/**
 * Components as one: started in the order given, stopped in reverse. When one fails to start, those before it are stopped
 * again and the failure is thrown. A stop during the start ends it after the component under way.
 */
export function compose(name: string, components: readonly Component[]): Component {
  const started: Component[] = [];
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;

  async function startAll(): Promise<void> {
    for (const component of components) {
      if (stopping) return;
      started.push(component);
      await component.start();
    }
  }
  /** One that fails to stop leaves none of the others running. */
  async function stopAll(): Promise<void> {
    const failures: unknown[] = [];
    for (let component = started.pop(); component; component = started.pop()) {
      const { name: failing } = component;
      await component.stop().catch((error: unknown) => {
        failures.push(new Error(`${failing} did not stop`, { cause: error }));
      });
    }
    if (failures.length > 0) throw new AggregateError(failures, `${name} did not stop cleanly`);
  }
  return {
    name,
    start() {
      starting ??= startAll().catch(async (error: unknown) => {
        await stopAll().catch(() => undefined); // why it did not start says more
        throw error;
      });
      return starting;
    },
    stop() {
      stopping ??= (async () => {
        await starting?.catch(() => undefined);
        await stopAll();
      })();
      return stopping;
    },
  };
}
