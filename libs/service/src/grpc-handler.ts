import { randomUUID } from 'node:crypto';
import type { Metadata } from '@grpc/grpc-js';
import {
  status,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { RefusalError } from '@lethe/outcome';
import type { Logger } from '@lethe/telemetry';
import { callerOf, type Callers } from './callers.js';
import { Undecodable } from './undecodable.js';

/** What a handler knows of a call besides the request. */
export interface CallContext {
  /** The service or operator that calls, proven by its token. */
  readonly caller: string;
  readonly requestId: string;
  /** Aborts when the caller cancels or its deadline passes. */
  readonly signal: AbortSignal;
}

/** Which caller may call which method (`/package.Service/Method`). */
export type MayCall = (caller: string, path: string) => boolean;

/** Turns plain async functions into gRPC handlers: authenticates, allows, and maps what they throw. */
export class Handlers {
  constructor(
    private readonly callers: Callers,
    private readonly mayCall: MayCall,
    private readonly logger: Logger,
    /** Whether a failure means that something this service needs is away: then the caller may try again. */
    private readonly isAway: (error: unknown) => boolean = () => false,
  ) {}

  unary<Req, Res>(handle: (request: Req, context: CallContext) => Promise<Res>): handleUnaryCall<Req, Res> {
    return (call: ServerUnaryCall<Req, Res>, callback: sendUnaryData<Res>) => {
      void this.#guarded(call, (context) => handle(call.request, context)).then(...answering(callback));
    };
  }

  /** The handler reads the requests as they come; the caller is slowed down to its pace. */
  clientStream<Req, Res>(
    handle: (requests: AsyncIterable<Req>, context: CallContext) => Promise<Res>,
  ): handleClientStreamingCall<Req, Res> {
    return (call: ServerReadableStream<Req, Res>, callback: sendUnaryData<Res>) => {
      void this.#guarded(call, (context) => handle(decoded(call as AsyncIterable<Req>), context)).then(
        ...answering(callback),
      );
    };
  }

  /** The handler is an async generator; a slow reader slows it down. */
  serverStream<Req, Res>(
    handle: (request: Req, context: CallContext) => AsyncIterable<Res>,
  ): handleServerStreamingCall<Req, Res> {
    return (call: ServerWritableStream<Req, Res>) => {
      void this.#guarded(call, async (context) => {
        for await (const response of handle(call.request, context)) {
          if (context.signal.aborted) return;
          if (!call.write(response)) await drained(call, context.signal);
        }
      }).then(
        () => call.end(),
        (thrown: unknown) => call.emit('error', answerOf(thrown)),
      );
    };
  }

  /** Authenticates, allows and runs; whatever is thrown leaves as a RefusalError, the unexpected without its details. */
  async #guarded<T>(call: GuardedCall, run: (context: CallContext) => Promise<T>): Promise<T> {
    const path = call.getPath();
    const requestId = textOf(call.metadata, 'x-request-id') ?? randomUUID();
    try {
      const context = this.#admit(call, path, requestId);
      if (call.request instanceof Undecodable) throw notDecoded(call.request);
      return await run(context);
    } catch (error) {
      if (error instanceof RefusalError) throw error;
      this.logger.error({ err: error, path, requestId }, 'call failed');
      if (this.isAway(error)) throw away(requestId);
      throw new RefusalError({
        code: status.INTERNAL,
        reason: 'INTERNAL',
        message: `internal error, request ${requestId}`,
      });
    }
  }

  #admit(call: GuardedCall, path: string, requestId: string): CallContext {
    const token = /^Bearer (.+)$/.exec(textOf(call.metadata, 'authorization') ?? '')?.[1];
    const caller = token === undefined ? undefined : callerOf(this.callers, token);
    if (caller === undefined)
      throw new RefusalError({
        code: status.UNAUTHENTICATED,
        reason: 'UNAUTHENTICATED',
        message: 'send metadata "authorization: Bearer <token>" with a token this service knows',
      });
    if (!this.mayCall(caller, path))
      throw new RefusalError({
        code: status.PERMISSION_DENIED,
        reason: 'CALLER_NOT_ALLOWED',
        message: `${caller} may not call ${path}`,
      });
    const aborted = new AbortController();
    call.on('cancelled', () => {
      aborted.abort();
    });
    return { caller, requestId, signal: aborted.signal };
  }
}

/** What #guarded throws, as gRPC sends it; it throws nothing but refusals. */
function answerOf(thrown: unknown) {
  const refusal = thrown as RefusalError;
  return { code: refusal.code, details: refusal.details, metadata: refusal.trailers() };
}

/** What becomes of a promise's end: the answer, or the refusal. */
function answering<Res>(callback: sendUnaryData<Res>) {
  return [
    (response: Res) => {
      callback(null, response);
    },
    (thrown: unknown) => {
      callback(answerOf(thrown));
    },
  ] as const;
}

interface GuardedCall {
  readonly request?: unknown;
  readonly metadata: Metadata;
  getPath(): string;
  on(event: 'cancelled', listener: () => void): unknown;
}

async function* decoded<Req>(requests: AsyncIterable<Req>): AsyncGenerator<Req> {
  for await (const request of requests) {
    if (request instanceof Undecodable) throw notDecoded(request);
    yield request;
  }
}

const away = (requestId: string) =>
  new RefusalError({
    code: status.UNAVAILABLE,
    reason: 'UNAVAILABLE',
    message: `something this service needs is away, try again; request ${requestId}`,
  });

const notDecoded = ({ reason }: Undecodable) =>
  new RefusalError({
    code: status.INVALID_ARGUMENT,
    reason: 'INVALID_ARGUMENT',
    message: `the request cannot be decoded: ${reason}`,
  });

function textOf(metadata: Metadata, key: string): string | undefined {
  const value = metadata.get(key)[0];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function drained(
  call: Pick<NodeJS.EventEmitter, 'once' | 'removeListener'>,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      call.removeListener('drain', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    call.once('drain', done);
    signal.addEventListener('abort', done);
  });
}
