const NOBODY = 65_534;
let working = 0;

/** While this works, and root runs it, the whole process is nobody: rights do not bind root. */
export async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return work();
  if (working++ === 0) process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    if (--working === 0) process.seteuid?.(0);
  }
}

/** The same, each of whose promises is kept, or not, by nobody. */
export function withoutPrivilege<T extends object>(target: T): T {
  return new Proxy(target, {
    get(of, name) {
      const member: unknown = Reflect.get(of, name);
      if (typeof member !== 'function' || name === 'close') return member;
      return (...args: unknown[]) => asNobody(() => Reflect.apply(member, of, args) as Promise<unknown>);
    },
  });
}
