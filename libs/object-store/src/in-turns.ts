/** Does it for each, so many at a time. When it rejects, nothing of it is under way any more. */
export async function inTurns<T>(
  items: readonly T[],
  atOnce: number,
  act: (item: T, index: number) => Promise<void>,
): Promise<void> {
  const queue = items.entries();
  let failed: { readonly error: unknown } | undefined;
  const work = async () => {
    for (const [i, item] of queue) {
      if (failed) return;
      await act(item, i).catch((error: unknown) => {
        failed ??= { error };
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  if (failed) throw failed.error;
}
