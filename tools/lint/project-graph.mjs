import { createProjectGraphAsync } from '@nx/devkit';

/**
 * Writes the graph of the packages to where `@nx/enforce-module-boundaries` reads it. Without it that rule warns and lets
 * everything pass, so whoever lints a fresh checkout would check no boundary at all. Takes a second.
 */
export async function prepareProjectGraph() {
  // A daemon would outlive the lint run.
  process.env.NX_DAEMON = 'false';
  await createProjectGraphAsync({ exitOnError: false, resetDaemonClient: false });
}
