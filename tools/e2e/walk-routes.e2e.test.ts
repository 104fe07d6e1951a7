import { afterAll, beforeAll, expect, it } from 'vitest';
import { seedWalk, STEPS, walkRoutes } from '../walk-routes/walk.js';
import { startTrial, type Trial } from './trial.js';

let trial: Trial;
beforeAll(async () => {
  trial = await startTrial();
  await seedWalk(trial.pools.workspace);
});
afterAll(() => trial.stop());

it('a client that walks every route gets what is documented', async () => {
  const faults: string[] = [];
  for await (const { step, status, message, fault } of walkRoutes(trial.system))
    if (fault !== undefined) faults.push(`${step.route}, ${step.case}: ${status} ${message}: ${fault}`);
  expect(faults).toEqual([]);
});

it('leaves no route out', async () => {
  const document = (await (await fetch(`${trial.system.gatewayUrl}/openapi.json`)).json()) as {
    paths: Record<string, object>;
  };
  const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const walked = new Set(STEPS.map(({ route }) => route));
  expect(documented.filter((route) => !walked.has(route))).toEqual([]);
});
