import type { Verification } from '@lethe/certificate';
import { unreachable } from '@lethe/outcome';
import { EXIT, type ExitCode } from '../terminal/exit-code.js';
import { printable } from '../terminal/printable.js';

export type Failed = Exclude<Verification, { kind: 'verified' }>;

/** Why a document is no verified certificate, in words. */
export function reasonOf(failed: Failed): string {
  switch (failed.kind) {
    case 'unknown_key':
      return failed.keyId === undefined
        ? 'it names no key, and none of the keys fits'
        : `it is signed with the key ${printable(failed.keyId)}, which is not among the keys`;
    case 'statement':
      return 'this is an interim statement, not a certificate: it says that the deletion is not complete';
    case 'invalid':
      return printable(failed.reason);
    default:
      return unreachable(failed);
  }
}

export const exitCodeOf = (failed: Failed): ExitCode =>
  failed.kind === 'statement' ? EXIT.interim : EXIT.refused;
