import type { Client } from '@grpc/grpc-js';
import { createGrpcCaller, type GrpcCaller } from '@lethe/service';
import { readConnection, type AddressVariable } from '../config.js';
import type { Session } from '../terminal/session.js';
import { failureOfCall } from './call-failure.js';

export const DEADLINE_MS = 15_000;

/** A service that operators call. */
export interface CalledService {
  readonly name: string;
  readonly variable: AddressVariable;
}

/** Calls a service with one of its clients; whatever a call throws leaves as a Failure with a sentence. */
export async function callService<C extends Client, T>(
  { name, variable }: CalledService,
  Constructor: Parameters<typeof createGrpcCaller<C>>[0],
  session: Session,
  server: string | undefined,
  use: (caller: GrpcCaller<C>) => Promise<T>,
): Promise<T> {
  const { address, token } = readConnection(session.env, variable, server);
  const caller = createGrpcCaller(Constructor, address, token, DEADLINE_MS);
  try {
    return await use(caller);
  } catch (error) {
    throw failureOfCall(error, name, address);
  } finally {
    caller.close();
  }
}
