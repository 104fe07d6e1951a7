import type { ServiceDefinition } from '@grpc/grpc-js';

/** Stands in for a request whose bytes are no such message, so that its caller is told so, and not that the service failed. */
export class Undecodable {
  constructor(readonly reason: string) {}
}

/** The same service, whose unary requests decode to {@link Undecodable} where they cannot be decoded. */
export function tolerant(definition: ServiceDefinition): ServiceDefinition {
  return Object.fromEntries(
    Object.entries(definition).map(([name, method]) => {
      // What comes in a stream is not looked at one by one: there the server's own answer has to do.
      if (method.requestStream) return [name, method];
      const requestDeserialize = (bytes: Buffer): unknown => {
        try {
          return method.requestDeserialize(bytes);
        } catch (error) {
          return new Undecodable((error as Error).message);
        }
      };
      return [name, { ...method, requestDeserialize }];
    }),
  );
}
