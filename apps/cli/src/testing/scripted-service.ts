import { once } from 'node:events';
import {
  Server,
  ServerCredentials,
  status,
  type ServerUnaryCall,
  type sendUnaryData,
  type ServerWritableStream,
  type ServiceDefinition,
  type ServiceError,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import {
  BlobSweeperServiceService,
  PurgeAuthorityServiceService,
  RealmPurgeServiceService,
  WebhookServiceService,
  WorkspaceServiceService,
  type Deletion,
  type ExportRealmBlocksRequest,
  type ExportRealmBlocksResponse,
  type WatchDeletionRequest,
} from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Script } from './script.js';

export type { Script } from './script.js';

export const TOKEN = 'the-operators-token';

export interface ScriptedService {
  readonly address: string;
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** A workspace service, realm purge, blob sweeper and webhook sender that say what a script says, over a real socket, to whoever has the token. */
export async function startScriptedService(script: Script, listen = '127.0.0.1:0'): Promise<ScriptedService> {
  const server = new Server();
  const add = (definition: ServiceDefinition, implementation: UntypedServiceImplementation) => {
    server.addService(definition, implementation);
  };
  const all = (...methods: (keyof Script)[]) =>
    Object.assign({}, ...methods.map((method) => unary(method, script))) as UntypedServiceImplementation;
  add(
    PurgeAuthorityServiceService,
    all(
      ...(['listDeletable', 'startPurge', 'pausePurge', 'resumePurge', 'retryPurge'] as const),
      ...(['releaseKeptBlocks', 'replayDeletions'] as const),
    ),
  );
  add(WorkspaceServiceService, {
    ...all('getDeletion', 'getDeletionCertificate', 'listCertificateKeys', 'listDeletions'),
    ...all('getDeletionStatement'),
    ...all('restoreWorkspace', 'placeHold', 'releaseHold', 'listHolds'),
    ...stream('watchDeletion', watched(script.watchDeletion)),
  });
  add(
    WebhookServiceService,
    all('createWebhook', 'listWebhooks', 'deleteWebhook', 'listDeadLetters', 'retryDelivery'),
  );
  add(RealmPurgeServiceService, {
    ...all('describeRealms', 'getPurge', 'setReleaseLimit', 'listReleaseLimits'),
    ...stream<ExportRealmBlocksRequest, ExportRealmBlocksResponse>(
      'exportRealmBlocks',
      script.exportRealmBlocks,
    ),
  });
  add(BlobSweeperServiceService, {
    ...all(
      'getSweep',
      'listBlockedPages',
      'setSweepLimit',
      'listSweepLimits',
      'listSweptPages',
      'listStores',
      'examineStores',
      'retireStore',
      'deleteOrphanObjects',
    ),
    ...stream('listOrphanObjects', script.listOrphanObjects),
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(listen, ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  const address = `127.0.0.1:${port}`;
  return {
    address,
    env: {
      WORKSPACE_SERVICE_ADDRESS: address,
      REALM_PURGE_ADDRESS: address,
      BLOB_SWEEPER_ADDRESS: address,
      WEBHOOK_SENDER_ADDRESS: address,
      GRPC_TOKEN: TOKEN,
    },
    stop: async () => {
      server.forceShutdown();
      await Promise.resolve();
    },
  };
}

type Authenticated = Pick<ServerUnaryCall<unknown, unknown>, 'metadata'>;

function authenticate({ metadata }: Authenticated): void {
  if (metadata.get('authorization')[0] !== `Bearer ${TOKEN}`)
    throw new RefusalError({
      code: status.UNAUTHENTICATED,
      reason: 'UNAUTHENTICATED',
      message: 'who are you?',
    });
}

function unary(method: keyof Script, script: Script): UntypedServiceImplementation {
  const answer = script[method] as ((request: unknown) => unknown) | undefined;
  if (answer === undefined) return {};
  return {
    [method]: (call: ServerUnaryCall<unknown, unknown>, callback: sendUnaryData<unknown>) => {
      const answered = async () => {
        authenticate(call);
        return answer(call.request);
      };
      answered().then(
        (response) => {
          callback(null, response);
        },
        (error: unknown) => {
          callback(onTheWire(error) as Partial<ServiceError>);
        },
      );
    },
  };
}

type Messages<Req, Res> = ((request: Req, signal: AbortSignal) => AsyncIterable<Res>) | undefined;

function watched(answer: Script['watchDeletion']): Messages<WatchDeletionRequest, { deletion: Deletion }> {
  if (answer === undefined) return undefined;
  return async function* (request, signal) {
    for await (const deletion of answer(request, signal)) yield { deletion };
  };
}

/** The messages of a script, as fast as they are read; the stream then ends, or breaks where the script throws. */
function stream<Req, Res>(method: string, answer: Messages<Req, Res>): UntypedServiceImplementation {
  if (answer === undefined) return {};
  return {
    [method]: (call: ServerWritableStream<Req, Res>) => {
      const cancelled = new AbortController();
      call.on('cancelled', () => {
        cancelled.abort();
      });
      const send = async () => {
        authenticate(call);
        for await (const message of answer(call.request, cancelled.signal)) {
          if (cancelled.signal.aborted) return;
          if (!call.write(message)) await once(call, 'drain', { signal: cancelled.signal });
        }
      };
      send().then(
        () => call.end(),
        (error: unknown) => {
          if (!cancelled.signal.aborted) call.emit('error', onTheWire(error));
        },
      );
    },
  };
}

function onTheWire(error: unknown): unknown {
  if (!(error instanceof RefusalError)) return error;
  return { code: error.code, details: error.details, metadata: error.trailers() };
}
