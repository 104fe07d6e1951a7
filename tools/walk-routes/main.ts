// Walks every route of the gateway as a client would, on embedded real servers, and prints what each was answered.
// Exits 1 when an answer is not the documented one.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool } from '@lethe/postgres';
import { createLogger } from '@lethe/telemetry';
import { certificateKey } from '../demo/certificate-key.js';
import { explain, provisionBucket, startStack } from '../embedded/index.js';
import { startSystem } from '../system/system.js';
import { seedWalk, walkRoutes, type Walked } from './walk.js';

const BUCKET = 'lethe-walk';
const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |\n`;

function print({ step, status, message, fault }: Walked): void {
  const told = fault === undefined ? message : `${message} **${fault}**`;
  process.stdout.write(line([step.route, step.case, String(status), told]));
}

async function main(): Promise<number> {
  const logs = await mkdtemp(join(tmpdir(), 'lethe-walk-'));
  const stack = await startStack({ data: 'throwaway' });
  try {
    const storeId = await provisionBucket(stack.env, BUCKET);
    const system = await startSystem({
      env: stack.env,
      bucket: BUCKET,
      storeId,
      certificateKey: await certificateKey(undefined),
      logs,
      settings: { RECONCILE_MS: '300' },
    });
    try {
      const url = stack.env['WORKSPACE_DATABASE_URL'] ?? '';
      const pool = createPool({
        url,
        applicationName: 'walk',
        max: 1,
        logger: createLogger('walk', 'silent'),
      });
      await seedWalk(pool).finally(() => pool.end());
      process.stdout.write(line(['route', 'case', 'status', 'message']) + line(['---', '---', '---', '---']));
      let faults = 0;
      for await (const walked of walkRoutes(system)) {
        print(walked);
        if (walked.fault !== undefined) faults += 1;
      }
      if (faults > 0) process.stderr.write(`${faults} answer(s) are not the documented ones\n`);
      return faults === 0 ? 0 : 1;
    } finally {
      await system.stop();
    }
  } finally {
    await stack.stop();
    await rm(logs, { recursive: true, force: true });
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(1);
  },
);
