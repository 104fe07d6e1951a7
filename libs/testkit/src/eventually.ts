const LOOK_MS = 20;

/**
 * Awaits a state of the world: looks again until `probe` answers something other than undefined or false. The time limit is no
 * expectation of speed, only the end of hope; the failure says what was awaited.
 */
export async function eventually<T>(
  what: string,
  probe: () => Promise<T | undefined | false>,
  limitMs = 60_000,
): Promise<T> {
  const end = Date.now() + limitMs;
  let failure: unknown;
  while (Date.now() < end) {
    try {
      const seen = await probe();
      if (seen !== undefined && seen !== false) return seen;
      failure = undefined;
    } catch (error) {
      failure = error;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  throw new Error(`did not come true: ${what}`, { cause: failure });
}
