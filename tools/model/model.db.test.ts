import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cacheDirectory } from '../embedded/cache.js';
import { compileModel, type CheckableModel } from './check-model.js';
import { nameOf, VARIANTS, type Property } from './expected-results.js';
import { fetchCompiler, findModelTools, type ModelTools } from './model-tools.js';
import type { Verdict } from './pan-output.js';

/** As much as a slow archive may take: the first run on a machine fetches Debian packages. */
const FETCHING_MS = 300_000;

/** A search takes three seconds at most; what else the machine does is not the subject. */
const SEARCHING_MS = 120_000;

const say = (line: string) => console.error(line);
let cache: string;
let tools: ModelTools;
beforeAll(async () => {
  cache = await cacheDirectory(undefined, process.env);
  tools = await findModelTools(cache, say);
}, FETCHING_MS);

const outcome = (verdict: Verdict) => (verdict.kind === 'holds' ? 'holds' : { fails: verdict.by });

describe.each(VARIANTS.map((variant) => ({ name: nameOf(variant), ...variant })))(
  '$name: $says',
  ({ flags, expected }) => {
    let model: CheckableModel;
    beforeAll(async () => {
      model = await compileModel(tools, flags);
    });
    afterAll(() => model.dispose());

    // A broken variant that holds fails here as well as a sound one that does not, or one that fails for another reason.
    test.each(Object.entries(expected))(
      '%s',
      async (property, wanted) => {
        expect(outcome(await model.check(property as Property))).toEqual(wanted);
      },
      SEARCHING_MS,
    );
  },
);

test(
  'comes to the same with the compiler that a machine without one fetches',
  async () => {
    const compiler = await fetchCompiler(cache, say);
    const count = async (chosen: ModelTools) => {
      const model = await compileModel(chosen, ['RECON', 'FORGE']);
      return model.check('complete').finally(() => model.dispose());
    };
    const verdict = await count({ ...tools, compiler });
    expect(verdict.kind).toBe('holds');
    expect(verdict).toEqual(await count(tools));
  },
  FETCHING_MS,
);
