import { readFileSync } from 'node:fs';

const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');

/** Which service signs, in which version. */
export const SERVICE = {
  name: 'workspace-service',
  version: (JSON.parse(manifest) as { version: string }).version,
} as const;

export const ISSUER = `lethe ${SERVICE.name} ${SERVICE.version}`;
