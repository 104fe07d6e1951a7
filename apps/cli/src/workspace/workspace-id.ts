import { isCanonicalUuid } from '@lethe/contracts';
import { InvalidArgumentError } from 'commander';

/** A workspace's id as an argument: a UUID, or the 32 hex digits that `list-deletable-realms` prints. */
export function parseWorkspaceId(text: string): string {
  const hex = text.toLowerCase();
  const id = /^[0-9a-f]{32}$/.test(hex)
    ? `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
    : hex;
  if (!isCanonicalUuid(id)) throw new InvalidArgumentError('A workspace id is a UUID, or its 32 hex digits.');
  return id;
}

/** The realm of a workspace as operators' scripts know it: 32 hex digits. */
export function realmHex(workspaceId: string): string {
  return workspaceId.replaceAll('-', '');
}
