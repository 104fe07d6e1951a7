import type { Client, ClientReadableStream } from '@grpc/grpc-js';
import { createGrpcCaller, type GrpcCaller } from '@lethe/service';
import { readConnection, type AddressVariable } from '../config.js';
import type { Session } from '../terminal/session.js';
import { failureOfCall } from './call-failure.js';
import { DEADLINE_MS, type CalledService } from './service.js';

/** Which services a command talks to, each with the client it uses. */
type Wanted<C extends Client> = CalledService & {
  readonly Client: Parameters<typeof createGrpcCaller<C>>[0];
  /** Overrides the environment. */
  readonly server?: string | undefined;
};

/** A service beside others: each failure says whose it is, and a refusal keeps its reason. */
export interface Connected<C extends Client> {
  unary: GrpcCaller<C>['unary'];
  /** The messages of a stream, to its end; breaks off when the signal aborts. */
  messages<Req, Res>(
    method: (client: C) => (request: Req) => ClientReadableStream<Res>,
    request: Req,
    signal: AbortSignal,
  ): AsyncGenerator<Res>;
  close(): void;
}

/** @throws ConfigurationError where its address or the token is missing. */
export function connect<C extends Client>(
  { env }: Session,
  { name, variable, Client, server }: Wanted<C>,
): Connected<C> {
  const { address, token } = readConnection(env, variable, server);
  const caller = createGrpcCaller(Client, address, token, DEADLINE_MS);
  const failure = (error: unknown) => failureOfCall(error, name, address, settingOf(variable));
  return {
    async unary(method, request, settings) {
      try {
        return await caller.unary(method, request, settings);
      } catch (error) {
        throw failure(error);
      }
    },
    async *messages(method, request, signal) {
      const call = caller.stream(method, request);
      const cancel = () => {
        call.cancel();
      };
      signal.addEventListener('abort', cancel);
      try {
        if (signal.aborted) return;
        yield* call as AsyncIterable<never>;
      } catch (error) {
        if (!signal.aborted) throw failure(error);
      } finally {
        signal.removeEventListener('abort', cancel);
        call.cancel();
      }
    },
    close: () => {
      caller.close();
    },
  };
}

const settingOf = (variable: AddressVariable): string =>
  variable === 'WORKSPACE_SERVICE_ADDRESS' ? '--server' : variable;
