import type { Command } from 'commander';
import { notEmpty } from '../terminal/not-empty.js';

export interface OrganizationOptions {
  organization?: string;
  allOrganizations?: true;
}

/** One organization, or all of them: said, never left out. */
export const withOrganization = (command: Command): Command =>
  command
    .option('--organization <id>', 'of one organization', notEmpty)
    .option('--all-organizations', 'of every organization');

/** As the service takes it: empty means all. Ends the command where neither or both are named. */
export function organizationOf(
  { organization, allOrganizations }: OrganizationOptions,
  command: Command,
): string {
  if ((organization === undefined) === (allOrganizations === undefined))
    command.error('error: name one organization with --organization, or ask for --all-organizations');
  return organization ?? '';
}
