import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Property, Variant } from './expected-results.js';
import { linking, type ModelTools } from './model-tools.js';
import { readVerdict, type Verdict } from './pan-output.js';

const execute = promisify(execFile);
export const MODEL = fileURLToPath(new URL('restore-vs-purge.pml', import.meta.url));

/** Of processes that fairness is reckoned for: 5 are enough for 30 and more. */
const FAIRNESS = '-DNFAIR=5';
/** The deepest search goes less than a hundredth as far; one that did not would be no answer. */
const DEPTH = '-m100000';
/** 2^20 places in the hash table: more than any variant has states, without which they only get slower to find. */
const TABLE = '-w20';

/** A variant of the model, compiled. */
export interface CheckableModel {
  /** Searches every state that can be reached, with the processes treated fairly. */
  check(property: Property): Promise<Verdict>;
  dispose(): Promise<void>;
}

/** Compiles one variant; that takes about a second. */
export async function compileModel(
  { spin, compiler }: ModelTools,
  flags: Variant['flags'],
): Promise<CheckableModel> {
  const cwd = await mkdtemp(join(tmpdir(), 'lethe-model-'));
  const dispose = () => rm(cwd, { recursive: true, force: true });
  try {
    const defines = flags.map((flag) => `-D${flag}`);
    const text = join(cwd, 'model.i');
    // Spin would run gcc for this itself, whatever the compiler here is called.
    await execute(compiler.program, [...compiler.before, '-E', ...defines, '-o', text, '-x', 'c', MODEL]);
    await execute(spin, ['-a', '-Pcat', text], { cwd });
    await execute(compiler.program, linking(compiler, 'pan.c', 'pan', FAIRNESS), { cwd });
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    check: async (property) => {
      const { stdout } = await execute(join(cwd, 'pan'), ['-a', '-f', DEPTH, TABLE, '-N', property], { cwd });
      return readVerdict(stdout, property);
    },
    dispose,
  };
}
