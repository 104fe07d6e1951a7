/** Closes a switch over a union: does not compile while a member is unhandled. */
export function unreachable(value: never): never {
  throw new TypeError(`unhandled case: ${JSON.stringify(value)}`);
}
