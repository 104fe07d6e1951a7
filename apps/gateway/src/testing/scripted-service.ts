import {
  Server,
  ServerCredentials,
  status,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { RefusalError } from '@lethe/outcome';

export interface RecordedCall {
  readonly method: string;
  readonly request: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
}

export type StreamedCall = ServerWritableStream<object, object>;

/** A real gRPC server that answers what a test scripted, and remembers what it was asked. */
export interface ScriptedService {
  readonly address: string;
  readonly calls: RecordedCall[];
  /** What the method answers from now on: a response (a stream's only one) or the part of it that is set, or an Error as INTERNAL. */
  answer(method: string, answer: object): void;
  refuse(method: string, code: status, reason: string, metadata?: Record<string, string>): void;
  /** The method never answers. */
  hang(method: string): void;
  /** What the method does with each of its calls: for streams. */
  stream(method: string, act: (call: StreamedCall) => void): void;
  reset(): void;
  stop(): Promise<void>;
}

class Act {
  constructor(readonly act: (call: StreamedCall) => void) {}
}

export async function startScriptedService(definition: ServiceDefinition): Promise<ScriptedService> {
  const script = new Map<string, object | 'hang'>();
  const calls: RecordedCall[] = [];
  /** Of a field that is left out, ts-proto would send the text "undefined". */
  const whole = (method: string, answer: object | undefined) => ({
    ...(definition[method]?.responseDeserialize(Buffer.alloc(0)) as object),
    ...answer,
  });
  const record = (method: string, call: Pick<StreamedCall, 'request' | 'metadata'>) => {
    calls.push({ method, request: { ...call.request }, metadata: call.metadata.getMap() });
    return script.get(method);
  };
  const unary = (method: string) => (call: ServerUnaryCall<object, object>, done: sendUnaryData<object>) => {
    const answer = record(method, call);
    if (answer === 'hang') return;
    const failed = failureOf(answer);
    if (failed !== undefined) done(failed);
    else done(null, whole(method, answer));
  };
  const streaming = (method: string) => (call: StreamedCall) => {
    const answer = record(method, call);
    call.on('error', () => undefined);
    if (answer === 'hang') return;
    const failed = failureOf(answer);
    if (failed !== undefined) call.emit('error', failed);
    else if (answer instanceof Act) answer.act(call);
    else {
      call.write(whole(method, answer));
      call.end();
    }
  };
  const implementation = Object.fromEntries(
    Object.entries(definition).map(([name, { responseStream }]) => [
      name,
      responseStream ? streaming(name) : unary(name),
    ]),
  );
  const server = new Server();
  server.addService(definition, implementation);
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
    stream: (method, act) => script.set(method, new Act(act)),
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

function failureOf(answer: object | undefined) {
  if (answer === undefined) return { code: status.UNIMPLEMENTED, details: 'not scripted' };
  if (answer instanceof RefusalError)
    return { code: answer.code, details: answer.details, metadata: answer.trailers() };
  if (answer instanceof Error) return { code: status.INTERNAL, details: answer.message };
  return undefined;
}
