// npm run check:model: checks every variant of the model, and prints what came of it. The test does the same without the table.
import { availableParallelism } from 'node:os';
import { cacheDirectory } from '../embedded/cache.js';
import { explain } from '../embedded/missing-piece.js';
import { compileModel } from './check-model.js';
import { nameOf, VARIANTS, type Property, type Variant } from './expected-results.js';
import { findModelTools, type ModelTools } from './model-tools.js';

interface Line {
  readonly asExpected: boolean;
  readonly text: string;
}

async function linesOf(tools: ModelTools, variant: Variant): Promise<Line[]> {
  const model = await compileModel(tools, variant.flags);
  const lines: Line[] = [];
  try {
    for (const [property, expected] of Object.entries(variant.expected)) {
      const start = performance.now();
      const verdict = await model.check(property as Property);
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      const found = verdict.kind === 'holds' ? 'holds' : `fails: ${verdict.by}`;
      const wanted = expected === 'holds' ? 'holds' : `fails: ${expected.fails}`;
      const asExpected = found === wanted;
      const columns = [nameOf(variant).padEnd(36), property.padEnd(12), found.padEnd(40)];
      const states = `${verdict.states} states, ${seconds} s`;
      lines.push({
        asExpected,
        text: columns.join(' ') + states + (asExpected ? '' : `, EXPECTED ${wanted}`),
      });
    }
  } finally {
    await model.dispose();
  }
  return lines;
}

async function main(): Promise<number> {
  const start = performance.now();
  const say = (line: string) => console.error(line);
  const tools = await findModelTools(await cacheDirectory(undefined, process.env), say);
  const results: Line[][] = [];
  const queue = [...VARIANTS.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift())
      results[next[0]] = await linesOf(tools, next[1]);
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, worker));
  const lines = results.flat();
  const otherwise = lines.filter((line) => !line.asExpected).length;
  for (const { text } of lines) console.log(text);
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`${lines.length} searches in ${seconds} s, ${otherwise} otherwise than expected`);
  return otherwise === 0 ? 0 : 1;
}

main().then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(explain(error));
    process.exitCode = 1;
  },
);
