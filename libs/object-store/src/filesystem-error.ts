import type { FailureKind } from './object-store.js';

/** The directory, or all of an organization's in it, is not what it should be, or cannot be used: nothing can be concluded. */
export class FilesystemStoreError extends Error {
  override readonly name = 'FilesystemStoreError';
  readonly kind: FailureKind;

  constructor(
    /** The system's, as in `EIO`, or one of ours. */
    readonly code: string,
    message: string,
  ) {
    super(`${message} (${code})`);
    this.kind = filesystemFailureKind(code);
  }
}

const KINDS: Readonly<Record<string, FailureKind>> = {
  EACCES: 'permission',
  EPERM: 'permission',
  EROFS: 'permission',
  NotARegularFile: 'permission',
  OtherLinks: 'permission',
  NoDirectory: 'gone',
  NoMarker: 'gone',
};

/** What a failure asks for. Whatever else the system says, a further attempt may find it otherwise. */
export const filesystemFailureKind = (code: string): FailureKind => KINDS[code] ?? 'retry';

/** The system's word for what went wrong. */
export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? 'Unknown';
