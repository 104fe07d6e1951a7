import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { FromStub, ToStub } from './stub-s3.js';

/** A running stub, seen from here. */
export interface Stub {
  /** blob-sweeper's settings for it. */
  readonly settings: Readonly<Record<string, string>>;
  readonly pid: number;
  hold(keys: readonly string[]): Promise<void>;
  latency(ms: number): Promise<void>;
  /** Forgets every key but the marker, and how often what was asked. */
  empty(): Promise<void>;
  /** The keys that it holds besides the marker, and what it was asked. */
  count(): Promise<Pick<FromStub, 'held' | 'requests'>>;
  stop(): void;
}

const STORE_ID = '00000000-0000-4000-8000-0000000000aa';
const MARKER = `.lethe-store/${STORE_ID}`;
const AT_ONCE = 200_000;

/** Starts stub-s3.ts as its own process, which understands TypeScript as this one does. */
export async function startStub(): Promise<Stub> {
  const child = fork(join(import.meta.dirname, 'stub-s3.ts'), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the stub has ended')));
  ended.catch(() => undefined); // nobody may be listening
  const heard = async (): Promise<FromStub> => {
    const [said] = (await Promise.race([once(child, 'message'), ended])) as [FromStub];
    return said;
  };
  const ask = (asked: ToStub): Promise<FromStub> => {
    const answered = heard();
    child.send(asked);
    return answered;
  };
  const { port } = await heard();
  const endpoint = `http://127.0.0.1:${port}`;
  const empty = async () => {
    await ask({ kind: 'empty' });
    await ask({ kind: 'hold', keys: [MARKER] });
  };
  await empty();
  return {
    settings: {
      S3_ENDPOINT: endpoint,
      S3_REGION: 'us-east-1',
      S3_BUCKET: 'stub',
      S3_FORCE_PATH_STYLE: 'true',
      S3_ACCESS_KEY_ID: 'stub',
      S3_SECRET_ACCESS_KEY: 'stub',
      STORE_ID,
    },
    pid: child.pid ?? 0,
    async hold(keys) {
      for (let at = 0; at < keys.length; at += AT_ONCE)
        await ask({ kind: 'hold', keys: keys.slice(at, at + AT_ONCE) });
    },
    async latency(ms) {
      await ask({ kind: 'latency', ms });
    },
    empty,
    async count() {
      const { held, requests } = await ask({ kind: 'count' });
      return { held: held - 1, requests };
    },
    stop: () => void child.kill(),
  };
}
