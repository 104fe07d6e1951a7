import { Client, Metadata, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { RealmPurgeServiceService, RealmServiceService } from '@lethe/contracts';
import { refusalOf } from '@lethe/outcome';

/** For tests: any method with any bytes, as a client that is not ours would send them. */
export const METHODS = { ...RealmServiceService, ...RealmPurgeServiceService };
export type Method = keyof typeof METHODS;
export const methods = Object.keys(METHODS) as Method[];
export const writers = Object.keys(RealmServiceService) as Method[];

export interface Answer {
  readonly code: status;
  readonly reason: string | undefined;
  /** The messages that came, decoded. */
  readonly messages: unknown[];
}
export interface RawClient {
  call(method: Method, token: string | undefined, request?: object): Promise<Answer>;
  close(): void;
}

/** The request's bytes; what it does not name is as in an empty one. */
export function bytesOf(method: Method, request: object): Buffer {
  const { requestSerialize, requestDeserialize } = METHODS[method];
  return (requestSerialize as (r: unknown) => Buffer)({ ...requestDeserialize(Buffer.alloc(0)), ...request });
}

export function rawClient(address: string): RawClient {
  const client = new Client(address, credentials.createInsecure());
  const send = (raw: Buffer) => raw;
  return {
    call(method, token, request = {}) {
      const bytes = Buffer.isBuffer(request) ? request : bytesOf(method, request);
      const metadata = new Metadata();
      if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
      const { path, requestStream, responseStream, responseDeserialize } = METHODS[method];
      const options = { deadline: Date.now() + 20_000 };
      const messages: unknown[] = [];
      const take = (body?: Buffer) => body && messages.push(responseDeserialize(body));
      return new Promise((resolve) => {
        const done = (error: ServiceError | null, body?: Buffer) => {
          take(body);
          const [code, reason] = error ? [error.code, refusalOf(error)?.reason] : [status.OK, undefined];
          resolve({ code, reason, messages });
        };
        if (responseStream)
          client
            .makeServerStreamRequest(path, send, send, bytes, metadata, options)
            .on('data', take)
            .on('error', done)
            .on('end', () => done(null));
        else if (requestStream)
          client.makeClientStreamRequest(path, send, send, metadata, options, done).end(bytes);
        else client.makeUnaryRequest(path, send, send, bytes, metadata, options, done);
      });
    },
    close: () => client.close(),
  };
}
