import { Server, ServerCredentials, status, type sendUnaryData, type ServerUnaryCall } from '@grpc/grpc-js';
import { WorkspaceServiceService } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';

export interface RecordedCall {
  readonly method: string;
  readonly request: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
}

/** A real gRPC server that answers what a test scripted, and remembers what it was asked. */
export interface ScriptedWorkspaceService {
  readonly address: string;
  readonly calls: RecordedCall[];
  /** What the method answers from now on: a response, or an Error as INTERNAL. */
  answer(method: string, answer: object): void;
  refuse(method: string, code: status, reason: string, metadata?: Record<string, string>): void;
  /** The method never answers. */
  hang(method: string): void;
  reset(): void;
  stop(): Promise<void>;
}

export async function startScriptedWorkspaceService(): Promise<ScriptedWorkspaceService> {
  const script = new Map<string, object | 'hang'>();
  const calls: RecordedCall[] = [];
  const handle = (method: string) => (call: ServerUnaryCall<object, object>, done: sendUnaryData<object>) => {
    calls.push({ method, request: { ...call.request }, metadata: call.metadata.getMap() });
    const answer = script.get(method);
    if (answer === 'hang') return;
    if (answer === undefined) done({ code: status.UNIMPLEMENTED, details: 'not scripted' });
    else if (answer instanceof RefusalError)
      done({ code: answer.code, details: answer.details, metadata: answer.trailers() });
    else if (answer instanceof Error) done({ code: status.INTERNAL, details: answer.message });
    else done(null, answer);
  };
  const methods = Object.keys(WorkspaceServiceService);
  const implementation = Object.fromEntries(methods.map((method) => [method, handle(method)]));
  const server = new Server();
  server.addService(WorkspaceServiceService, implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  return {
    address: `127.0.0.1:${port}`,
    calls,
    answer: (method, answer) => script.set(method, answer),
    refuse: (method, code, reason, metadata = {}) =>
      script.set(method, new RefusalError({ code, reason, message: `refused: ${reason}`, metadata })),
    hang: (method) => script.set(method, 'hang'),
    reset: () => {
      script.clear();
      calls.length = 0;
    },
    stop: () => {
      server.forceShutdown();
      return Promise.resolve();
    },
  };
}
