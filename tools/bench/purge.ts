// Measures a purge at scale, on embedded servers: the services as an operator runs them, an authority that grants, and a store that
// costs nothing. Prints tables; nothing here passes or fails by the clock, but a purge that leaves something behind does.
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { explain, startStack } from '../embedded/index.js';
import { measureBeside } from './purge/beside.js';
import { measureBulk } from './purge/bulk.js';
import { checksCost, unindexedForeignKeys } from './purge/foreign-keys.sql.js';
import { slopePerMillion, watchMemory } from './purge/memory.js';
import { measureMetadata } from './purge/metadata.js';
import { USAGE, readOptions, type BenchOptions } from './purge/options.js';
import { serverDescription } from './purge/realms.sql.js';
import { reportOf } from './purge/report.js';
import { startServices, type Services } from './purge/services.js';
import { whole } from './purge/table.js';
import { watchTransactions } from './purge/transactions.js';

const say = (text = '') => process.stdout.write(`${text}\n`);
const KEYS = 5_000;

async function measure(services: Services, options: BenchOptions): Promise<void> {
  await sayWhere(services);
  if (options.beside > 0) say(await measureBeside(services, options, say));
  else await measureLarge(services, options);
}

async function sayWhere({ realms }: Services): Promise<void> {
  const server = await serverDescription(realms);
  say(
    `PostgreSQL ${Object.entries(server)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`,
  );
  say(
    `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${whole(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}\n`,
  );
}

async function measureLarge(services: Services, options: BenchOptions): Promise<void> {
  const { realms, realmPurge, blobSweeper } = services;
  const memory = [realmPurge, blobSweeper].map(({ name, pid = 0 }) => ({ name, watch: watchMemory(pid) }));
  const peakMiB = () => Promise.all(memory.map(({ watch }) => watch.peakMiB()));
  const transactions = watchTransactions(realms, 'realm-purge');
  let peaksBefore: number[] = [];
  const bulk = await measureBulk(services, options, {
    say,
    async beforeLarge() {
      peaksBefore = await peakMiB();
      transactions.reset();
    },
  });
  const longest = transactions.longest();
  const peaks = await peakMiB();
  for (const { watch } of memory) watch.stop();
  const rounds = await measureMetadata(services, options);
  await transactions.stop();
  const checks = [await checksCost(realms, KEYS), await checksCost(realms, 4 * KEYS)] as const;
  const memories = memory.map(({ name, watch }, i) => ({
    name,
    before: peaksBefore[i] ?? NaN,
    after: peaks[i] ?? NaN,
    slope: slopePerMillion(watch.samples, bulk.large.progress),
  }));
  const unindexed = await unindexedForeignKeys(realms);
  for (const part of reportOf({ bulk, memories, longest, rounds, checks, unindexed })) say(`\n${part}`);
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const logs = await mkdtemp(join(tmpdir(), 'lethe-bench-'));
  const stack = await startStack({
    data: options.data === undefined ? 'throwaway' : { directory: options.data },
    only: ['postgres', 'nats'],
    postgres: options.postgres,
    say,
  });
  try {
    const services = await startServices(stack, options.settings, logs);
    try {
      await measure(services, options);
      await rm(logs, { recursive: true, force: true });
    } catch (error) {
      say(`the services' logs: ${logs}`);
      throw error;
    } finally {
      await services.stop();
    }
  } finally {
    await stack.stop();
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const wrongOption = (error as { code?: unknown }).code?.toString().startsWith('ERR_PARSE_ARGS') ?? false;
    process.stderr.write(`${explain(error)}\n${wrongOption ? `\n${USAGE}\n` : ''}`);
    process.exit(1);
  },
);
