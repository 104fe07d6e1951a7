// Prints what each service holds when nobody asks it anything: resident memory after half a minute, on embedded servers.
import { readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { certificateKey } from '../demo/certificate-key.js';
import { explain, provisionBucket, startStack } from '../embedded/index.js';
import { startSystem } from '../system/system.js';

const BUCKET = 'lethe-idle';
const IDLE_MS = 30_000;

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024);
}

async function main(): Promise<void> {
  const logs = await mkdtemp(join(tmpdir(), 'lethe-idle-'));
  const stack = await startStack({ data: 'throwaway' });
  try {
    const storeId = await provisionBucket(stack.env, BUCKET);
    const key = await certificateKey(undefined);
    const system = await startSystem({ env: stack.env, bucket: BUCKET, storeId, certificateKey: key, logs });
    try {
      await pause(IDLE_MS);
      for (const { name, pid } of Object.values(system.services))
        if (pid !== undefined) process.stdout.write(`${name.padEnd(20)} ${await residentMiB(pid)} MiB\n`);
    } finally {
      await system.stop();
    }
  } finally {
    await stack.stop();
    await rm(logs, { recursive: true, force: true });
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(1);
  },
);
