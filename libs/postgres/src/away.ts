/** Classes of SQLSTATE that speak of the connection or the server rather than of the statement. */
const AWAY = /^(08|53|57P)/;
const NETWORK = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH']);
/** What pg says without a code. */
const CONNECTION_ENDED =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error/i;

/** Whether an error says that the database is away or has no room, so that the same statement may succeed later. */
export function isDatabaseAway(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string') return AWAY.test(code) || NETWORK.has(code);
  return typeof message === 'string' && CONNECTION_ENDED.test(message);
}

/** Whether a statement failed because a row with its key is there already. */
export function isUniqueViolation(error: unknown): boolean {
  return (error as { code?: unknown }).code === '23505';
}

/** Whether a statement was undone as a deadlock's victim (or for the sake of serializability), and may be run again. */
export function isDeadlock(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return code === '40001' || code === '40P01';
}

/** Whether a statement was given up because a lock did not come within `lock_timeout`. */
export function isLockTimeout(error: unknown): boolean {
  return (error as { code?: unknown }).code === '55P03';
}
