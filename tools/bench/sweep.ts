// Measures the sweep of blocks: beside other ways to empty a bucket, through the whole bulk path, and with more replicas. Prints
// tables; nothing here passes or fails by the clock, but a run that leaves something behind does.
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { explain, startStack } from '../embedded/index.js';
import { startServices, type Services } from './purge/services.js';
import { table, whole } from './purge/table.js';
import { compare } from './sweep/compare.js';
import { compareTable, compareVerdicts } from './sweep/compare-table.js';
import { debianTools } from './sweep/debian-tools.js';
import { LATENCY_MS, REPLICAS, REPLICA_SETTINGS, measureReplicas, replicasReport } from './sweep/replicas.js';
import { startStub } from './sweep/stub.js';
import { measurePath } from './sweep/whole-path.js';
import { USAGE, readOptions, type BenchOptions } from './sweep/options.js';

const say = (text = '') => process.stdout.write(`${text}\n`);

/** On Ceph's gateway, which is what the conformance suite holds every store to. */
async function measureStore(options: BenchOptions): Promise<string[][]> {
  const tools = options.others ? await debianTools(say) : undefined;
  const stack = await startStack({ data: 'throwaway', only: ['s3'], say });
  try {
    const verdicts: string[][] = [];
    for (const versioned of [false, true]) {
      say(`\nbucket ${versioned ? 'with' : 'without'} versions`);
      // Ceph's gateway takes some ten times as long for a version: half as many tell as much.
      const objects = versioned ? Math.ceil(options.objects / 2) : options.objects;
      const results = await compare(stack.env, versioned, { ...options, objects }, tools, say);
      say(`\n${compareTable(results)}`);
      verdicts.push(...compareVerdicts(results, versioned));
    }
    return verdicts;
  } finally {
    await stack.stop();
  }
}

/** PostgreSQL and NATS, and an S3 endpoint that costs next to nothing. */
async function measureServices(options: BenchOptions): Promise<string[][]> {
  const logs = await mkdtemp(join(tmpdir(), 'lethe-bench-'));
  const postgres = { shared_buffers: '2GB' };
  const stack = await startStack({ data: 'throwaway', only: ['postgres', 'nats'], postgres, say });
  const stub = await startStub();
  const running = async <T>(
    settings: Readonly<Record<string, string>>,
    replicas: number,
    work: (services: Services) => Promise<T>,
  ): Promise<T> => {
    const services = await startServices(stack, settings, logs, { store: stub.settings, replicas });
    try {
      return await work(services);
    } finally {
      await services.stop();
    }
  };
  try {
    const verdicts: string[][] = [];
    if (options.parts.includes('path')) {
      say('\nwhole bulk path, against a stub of S3');
      const settings = { SWEEP_CONCURRENCY: `${options.concurrency}` };
      verdicts.push(...(await running(settings, 1, (services) => measurePath(services, stub, options, say))));
    }
    if (options.parts.includes('replicas')) {
      say(`\nreplicas, against a stub of S3 that answers after ${LATENCY_MS} ms`);
      const rounds: number[][] = [];
      for (let round = 0; round < options.rounds; round++) {
        const rates: number[] = [];
        for (const replicas of REPLICAS)
          rates.push(
            await running(REPLICA_SETTINGS, replicas, (services) => measureReplicas(services, stub)),
          );
        say(
          `round ${round + 1}: ${rates.map(whole).join(', ')} blocks/s with ${REPLICAS.join(', ')} replicas`,
        );
        rounds.push(rates);
      }
      const report = replicasReport(rounds);
      say(`\n${report.table}`);
      verdicts.push(...report.verdicts);
    }
    await rm(logs, { recursive: true, force: true });
    return verdicts;
  } catch (error) {
    say(`the services' logs: ${logs}`);
    throw error;
  } finally {
    stub.stop();
    await stack.stop();
  }
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  say(`${cpus().length} cores (${cpus()[0]?.model.trim()}), Node ${process.versions.node}`);
  const verdicts: string[][] = [];
  if (options.parts.includes('store')) verdicts.push(...(await measureStore(options)));
  if (options.parts.some((part) => part !== 'store')) verdicts.push(...(await measureServices(options)));
  say(`\n${table(['what', 'measured', 'target'], verdicts)}`);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const wrongOption = (error as { code?: unknown }).code?.toString().startsWith('ERR_PARSE_ARGS') ?? false;
    process.stderr.write(`${explain(error)}\n${wrongOption ? `\n${USAGE}\n` : ''}`);
    process.exit(1);
  },
);
