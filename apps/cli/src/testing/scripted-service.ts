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
  PurgeAuthorityServiceService,
  WebhookServiceService,
  WorkspaceServiceService,
  type CreateWebhookRequest,
  type CreateWebhookResponse,
  type DeleteWebhookRequest,
  type Deletion,
  type GetDeletionCertificateRequest,
  type GetDeletionCertificateResponse,
  type GetDeletionRequest,
  type GetDeletionResponse,
  type ListCertificateKeysResponse,
  type ListDeadLettersRequest,
  type ListDeadLettersResponse,
  type ListDeletableRequest,
  type ListDeletableResponse,
  type ListDeletionsRequest,
  type ListDeletionsResponse,
  type ListHoldsRequest,
  type ListHoldsResponse,
  type ListWebhooksRequest,
  type ListWebhooksResponse,
  type PlaceHoldRequest,
  type PlaceHoldResponse,
  type ReleaseHoldRequest,
  type ReleaseHoldResponse,
  type RestoreWorkspaceRequest,
  type RestoreWorkspaceResponse,
  type RetryDeliveryRequest,
  type WatchDeletionRequest,
} from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';

export const TOKEN = 'the-operators-token';

/** What the service answers, call by call. A call that is not scripted is UNIMPLEMENTED. */
export interface Script {
  listDeletable?: (request: ListDeletableRequest) => ListDeletableResponse;
  getDeletion?: (request: GetDeletionRequest) => GetDeletionResponse;
  getDeletionCertificate?: (request: GetDeletionCertificateRequest) => GetDeletionCertificateResponse;
  listCertificateKeys?: () => ListCertificateKeysResponse;
  listDeletions?: (request: ListDeletionsRequest) => ListDeletionsResponse;
  restoreWorkspace?: (request: RestoreWorkspaceRequest) => RestoreWorkspaceResponse;
  placeHold?: (request: PlaceHoldRequest) => PlaceHoldResponse;
  releaseHold?: (request: ReleaseHoldRequest) => ReleaseHoldResponse;
  listHolds?: (request: ListHoldsRequest) => ListHoldsResponse;
  createWebhook?: (request: CreateWebhookRequest) => CreateWebhookResponse;
  listWebhooks?: (request: ListWebhooksRequest) => ListWebhooksResponse;
  deleteWebhook?: (request: DeleteWebhookRequest) => object;
  listDeadLetters?: (request: ListDeadLettersRequest) => ListDeadLettersResponse;
  retryDelivery?: (request: RetryDeliveryRequest) => object;
  /** The deletions of one watch; the stream then ends, or breaks where the script throws. */
  watchDeletion?: (request: WatchDeletionRequest, signal: AbortSignal) => AsyncIterable<Deletion>;
}

export interface ScriptedService {
  readonly address: string;
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** A workspace service and webhook sender that say what a script says, over a real socket, to whoever has the token. */
export async function startScriptedService(script: Script, listen = '127.0.0.1:0'): Promise<ScriptedService> {
  const server = new Server();
  const add = (definition: ServiceDefinition, implementation: UntypedServiceImplementation) => {
    server.addService(definition, implementation);
  };
  add(PurgeAuthorityServiceService, { ...unary('listDeletable', script) });
  add(WorkspaceServiceService, {
    ...unary('getDeletion', script),
    ...unary('getDeletionCertificate', script),
    ...unary('listCertificateKeys', script),
    ...unary('listDeletions', script),
    ...unary('restoreWorkspace', script),
    ...unary('placeHold', script),
    ...unary('releaseHold', script),
    ...unary('listHolds', script),
    ...watch(script.watchDeletion),
  });
  add(WebhookServiceService, {
    ...unary('createWebhook', script),
    ...unary('listWebhooks', script),
    ...unary('deleteWebhook', script),
    ...unary('listDeadLetters', script),
    ...unary('retryDelivery', script),
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
    env: { WORKSPACE_SERVICE_ADDRESS: address, WEBHOOK_SENDER_ADDRESS: address, GRPC_TOKEN: TOKEN },
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
      try {
        authenticate(call);
        callback(null, answer(call.request));
      } catch (error) {
        callback(onTheWire(error) as Partial<ServiceError>);
      }
    },
  };
}

function watch(answer: Script['watchDeletion']): UntypedServiceImplementation {
  if (answer === undefined) return {};
  return {
    watchDeletion: (call: ServerWritableStream<WatchDeletionRequest, { deletion: Deletion }>) => {
      const cancelled = new AbortController();
      call.on('cancelled', () => {
        cancelled.abort();
      });
      const send = async () => {
        authenticate(call);
        for await (const deletion of answer(call.request, cancelled.signal)) call.write({ deletion });
      };
      send().then(
        () => call.end(),
        (error: unknown) => call.emit('error', onTheWire(error)),
      );
    },
  };
}

function onTheWire(error: unknown): unknown {
  if (!(error instanceof RefusalError)) return error;
  return { code: error.code, details: error.details, metadata: error.trailers() };
}
