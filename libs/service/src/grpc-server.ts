import {
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { readFileDescriptors } from '@lethe/contracts';
import { HealthImplementation } from 'grpc-health-check';
import type { Component } from './component.js';
import { tolerant } from './undecodable.js';

/** A request larger than this is refused before it is read. */
const MAX_REQUEST_BYTES = 4 << 20;

const LIMITS = {
  /** How long calls under way may take when the server stops. */
  shutdownMs: 5_000,
  /**
   * A caller that is gone without a word (its machine, the network) is noticed by its silence. Without that a watch without a
   * deadline would ask the database for ever, for nobody.
   */
  keepaliveMs: 30_000,
  silenceMs: 10_000,
};
export type GrpcServerLimits = typeof LIMITS;

export interface GrpcServer extends Component {
  /** `host:port` it really listens on, once started. */
  readonly address: string;
}

export interface ServedService {
  readonly definition: ServiceDefinition;
  readonly implementation: UntypedServiceImplementation;
}

const HEALTH = 'grpc.health.v1.Health';

/**
 * What reflection tells: our files as the compiler wrote them. proto-loader drops their imports (grpc/grpc-node#2595), and
 * then grpcurl refuses every file that has one. The library takes descriptors beside a type, so it gets a nameless one.
 */
function reflected(): PackageDefinition {
  const format = 'Protocol Buffer 3 EnumDescriptorProto';
  return { files: { format, type: {}, fileDescriptorProtos: readFileDescriptors() } };
}

/** A gRPC server with health and reflection. Stopping says NOT_SERVING first, then lets calls under way finish for five seconds. */
export function createGrpcServer(
  name: string,
  listen: string,
  services: readonly ServedService[],
  { shutdownMs, keepaliveMs, silenceMs }: GrpcServerLimits = LIMITS,
): GrpcServer {
  const server = new Server({
    'grpc.max_receive_message_length': MAX_REQUEST_BYTES,
    'grpc.keepalive_time_ms': keepaliveMs,
    'grpc.keepalive_timeout_ms': silenceMs,
  });
  const health = new HealthImplementation({ '': 'SERVING' });
  for (const { definition, implementation } of services)
    server.addService(tolerant(definition), implementation);
  health.addToServer(server);
  const served = services.flatMap(({ definition }) =>
    Object.values(definition).map((method) => method.path.split('/')[1] ?? ''),
  );
  new ReflectionService(reflected(), { services: [...new Set([...served, HEALTH])] }).addToServer(server);

  let address = listen;
  let starting: Promise<void> | undefined;
  let stopping: Promise<void> | undefined;

  async function bind(): Promise<void> {
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync(listen, ServerCredentials.createInsecure(), (error, bound) => {
        if (error) reject(error);
        else resolve(bound);
      });
    });
    address = listen.replace(/:\d+$/, `:${port}`);
  }
  /** Waits for a start under way: a server that is told to stop while it binds would go on listening. */
  async function end(): Promise<void> {
    await starting?.catch(() => undefined);
    health.setStatus('', 'NOT_SERVING');
    await new Promise<void>((resolve) => {
      const force = setTimeout(() => {
        server.forceShutdown();
        resolve(); // tryShutdown never ends for a connection that it met in the middle of its end
      }, shutdownMs);
      server.tryShutdown(() => {
        clearTimeout(force);
        resolve();
      });
    });
  }
  return {
    name,
    get address() {
      return address;
    },
    start() {
      if (stopping === undefined) starting ??= bind();
      return starting ?? Promise.resolve();
    },
    stop() {
      stopping ??= end();
      return stopping;
    },
  };
}
