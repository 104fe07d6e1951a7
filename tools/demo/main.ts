import { join } from 'node:path';
import { explain } from '../embedded/index.js';
import type { System } from '../system/system.js';
import { startDemonstration, type Demonstration } from './demonstration.js';
import { createNarrator } from './narrator.js';
import { DoesNotHold } from './journey.js';
import { optionsOrEnd, type Options } from './options.mjs';

const ROOT = join(import.meta.dirname, '../..');
const INTERRUPTED = 130;

/** The demonstration's process: its end is its exit code, and nothing of it is left running. */
async function main(options: Options): Promise<number> {
  const narrator = createNarrator(process.stdout);
  let interrupt: (code: number) => void = () => undefined;
  const interrupted = new Promise<number>((resolve) => {
    interrupt = resolve;
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      interrupt(INTERRUPTED);
    });

  const starting = startDemonstration(options, ROOT, narrator);
  const up = await Promise.race([starting, interrupted]);
  if (typeof up === 'number') {
    await starting.then((demonstration) => demonstration.stop()).catch(() => undefined);
    return up;
  }
  try {
    const code = await Promise.race([held(up, options), interrupted, up.system.died]);
    if (code === INTERRUPTED && !options.once)
      narrator.say('stopping; what is under way goes on at the next npm start');
    return code;
  } finally {
    await up.stop();
  }
}

/** 0 once the main job held; without --once, when the reader has seen enough. */
async function held({ run, system }: Demonstration, { once }: Options): Promise<number> {
  await run();
  if (once) return 0;
  process.stdout.write(`\n${await whatToTry(system)}\n`);
  await new Promise(() => setInterval(() => undefined, 1 << 30));
  return 0;
}

async function whatToTry({ gatewayUrl, issuer, operatorEnv }: System): Promise<string> {
  const token = await issuer.tokenFor('ada', '8h');
  const environment = Object.entries(operatorEnv)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
  return `Everything stays up until Ctrl-C. To try (the token is ada's, good for eight hours):

  TOKEN=${token}
  curl -s -H "Authorization: Bearer $TOKEN" ${gatewayUrl}/workspace
  curl -s -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{"name":"mine"}' ${gatewayUrl}/workspace
  curl -s -X DELETE -H "Authorization: Bearer $TOKEN" ${gatewayUrl}/workspace/ID
  curl -s -X POST -H "Authorization: Bearer $TOKEN" ${gatewayUrl}/workspace/ID/restore
  curl -s -H "Authorization: Bearer $TOKEN" ${gatewayUrl}/workspace/ID/deletion

  the API's pages:  ${gatewayUrl}/docs
  an operator's:    ${environment} \\
                      node apps/cli/dist/main.js list-deletable-realms --organization org1
`;
}

try {
  process.exit(await main(optionsOrEnd(process.argv.slice(2))));
} catch (error) {
  process.stderr.write(`\n${error instanceof DoesNotHold ? error.message : explain(error)}\n`);
  process.exit(1);
}
