import { createLogger, createMetrics } from '@lethe/telemetry';
import type { GatewayConfig } from '../config.js';
import { createGateway } from '../gateway.js';
import { createJudge, type Judge, type OpenApiDocument } from './described-answers.js';

let judge: Promise<Judge> | undefined;

/** What the gateway says of itself: asked once, of a gateway of its own, so that no test's limits or counts change by it. */
export function ownDescription(config: GatewayConfig): Promise<Judge> {
  judge ??= describe({ ...config, listen: '127.0.0.1:0', jwksUrl: 'http://127.0.0.1:1/keys' });
  return judge;
}

async function describe(config: GatewayConfig): Promise<Judge> {
  const telemetry = { logger: createLogger('gateway', 'silent'), metrics: createMetrics('gateway') };
  const gateway = createGateway(config, telemetry);
  await gateway.start();
  try {
    const answer = await fetch(`http://${gateway.address}/openapi.json`);
    return createJudge((await answer.json()) as OpenApiDocument);
  } finally {
    await gateway.stop();
  }
}
