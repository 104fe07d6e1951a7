import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool } from '@lethe/postgres';
import { createLogger } from '@lethe/telemetry';
import { provisionBucket, removeKept, s3Client, startStack } from '../embedded/index.js';
import { freePort } from '../embedded/loopback.js';
import { restClient } from '../system/rest.js';
import { startSystem, type System } from '../system/system.js';
import { certificateKey } from './certificate-key.js';
import { followDeletion, tellJourney, type Stage } from './journey.js';
import { openMemory } from './memory.js';
import type { Narrator } from './narrator.js';
import type { Options } from './options.mjs';
import { seedSample } from './sample.js';

const BUCKET = 'lethe-blocks';
const PREFERRED_PORT = 8080;
/** A short grace period is looked at often, and a small purge is cut into small pages, so that there is progress to see. */
const SETTINGS = { RECONCILE_MS: '500', PAGE_BLOCKS: '200', RELEASE_WINDOW_PAGES: '4' };

/** What runs, and how it ends. */
export interface Demonstration {
  readonly system: System;
  /** The main job; rejects when anything of it did not hold. */
  run(): Promise<void>;
  stop(): Promise<void>;
}

/** Brings everything up. Whatever was started is stopped again when something else does not start. */
export async function startDemonstration(
  { once, fresh }: Options,
  root: string,
  narrator: Narrator,
): Promise<Demonstration> {
  const undo: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (let last = undo.pop(); last; last = undo.pop()) await last();
  };
  try {
    const kept = once ? undefined : join(root, '.lethe');
    const files = kept ?? (await mkdtemp(join(tmpdir(), 'lethe-demo-')));
    if (!kept) undo.push(() => rm(files, { recursive: true, force: true }));
    if (fresh) await removeKept(join(files, 'data'));
    if (fresh) await rm(files, { recursive: true, force: true });
    await mkdir(files, { recursive: true });

    narrator.chapter('Servers and services');
    const stack = await startStack({
      data: kept ? { directory: join(kept, 'data') } : 'throwaway',
      say: (line) => {
        narrator.say(line);
      },
    });
    undo.push(() => stack.stop());
    const storeId = await provisionBucket(stack.env, BUCKET);
    const key = await certificateKey(kept && join(kept, 'certificate-key.json'));
    const system = await startSystem({
      env: stack.env,
      bucket: BUCKET,
      storeId,
      certificateKey: key,
      logs: join(files, 'logs'),
      gatewayListen: `127.0.0.1:${await preferredPort()}`,
      settings: SETTINGS,
    });
    undo.push(() => system.stop());
    narrator.say(`${[...Object.keys(stack.pids), ...Object.keys(system.services)].join(', ')} are up`);

    const logger = createLogger('demonstration', 'silent');
    const pool = (name: string) => {
      const url = stack.env[`${name.toUpperCase()}_DATABASE_URL`] ?? '';
      const opened = createPool({ url, applicationName: 'demonstration', max: 3, logger });
      undo.push(() => opened.end());
      return opened;
    };
    const s3 = s3Client(stack.env, 'writer');
    undo.push(() => {
      s3.destroy();
      return Promise.resolve();
    });
    const stage: Stage = {
      hands: { system, s3, bucket: BUCKET },
      witnesses: {
        workspace: pool('workspace'),
        realm: pool('realm'),
        sweep: pool('sweep'),
        s3,
        bucket: BUCKET,
        strangers: true,
      },
      memory: await openMemory(kept && join(kept, 'sample.json')),
      narrator,
      certificateFile: join(files, 'certificate.jws'),
    };
    return { system, stop, run: () => mainJob(stage) };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function mainJob(stage: Stage): Promise<void> {
  const { hands, memory, narrator, witnesses } = stage;
  await goOn(stage);
  narrator.chapter('A sample organization');
  const sample = await seedSample(hands, witnesses.workspace, narrator);
  await memory.remember(
    [sample.doomed, ...sample.neighbours].map((made) => ({ ...made, fate: 'lives' as const })),
  );
  await tellJourney(stage, sample);
}

/** What an earlier start left in the middle ends first. */
async function goOn({ hands: { system }, memory, narrator, witnesses }: Stage): Promise<void> {
  for (const { fate, workspaceId } of memory.expectations) {
    if (fate !== 'purged') continue;
    const { rowCount } = await witnesses.workspace.query(
      `select from workspace where workspace_id = $1 and state <> 'purged'`,
      [workspaceId],
    );
    if (!rowCount) continue;
    narrator.chapter('An interrupted purge goes on');
    const ada = restClient(system.gatewayUrl, await system.issuer.tokenFor('ada'));
    await followDeletion(ada, `/workspace/${workspaceId}`, narrator);
  }
}

async function preferredPort(): Promise<number> {
  const free = await freePort(PREFERRED_PORT).catch(() => undefined);
  return free ?? freePort();
}
