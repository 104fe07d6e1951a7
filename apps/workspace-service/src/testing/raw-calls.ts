import { Client, Metadata, credentials, status, type ServiceError } from '@grpc/grpc-js';
import { PurgeAuthorityServiceService, WorkspaceServiceService } from '@lethe/contracts';
import { refusalOf } from '@lethe/outcome';
import { CALLERS } from './running-service.js';

/** For tests: any method with any bytes, as a client that is not ours would send them. */
export const METHODS = { ...WorkspaceServiceService, ...PurgeAuthorityServiceService };
export type Method = keyof typeof METHODS;
export const methods = Object.keys(METHODS) as Method[];

const PARTICIPANT = ['getGrant', 'listOpenGrants', 'reportProgress', 'reportErasure', 'listParticipants'];
const NOT_GATEWAY = ['listDeletions'];
/** Written down again, by hand: the table that the service must keep. */
export const ALLOWED: Record<(typeof CALLERS)[number], readonly string[]> = {
  gateway: Object.keys(WorkspaceServiceService).filter((method) => !NOT_GATEWAY.includes(method)),
  operator: [
    ...['restoreWorkspace', 'getDeletion', 'watchDeletion', 'getDeletionCertificate', 'listCertificateKeys'],
    ...['placeHold', 'releaseHold', 'listHolds', 'listDeletions', 'getDeletionStatement'],
    ...['listDeletable', 'startPurge', 'listParticipants', 'replayDeletions'],
    ...['pausePurge', 'resumePurge', 'retryPurge', 'releaseKeptBlocks'],
  ],
  'realm-purge': PARTICIPANT,
  'blob-sweeper': PARTICIPANT,
  stranger: [],
};
/** A caller who may; every token is its caller's name. */
export const tokenOf = (method: Method): string =>
  CALLERS.find((name) => ALLOWED[name].includes(method)) ?? 'nobody';

export interface Answer {
  readonly code: status;
  readonly reason: string | undefined;
  readonly details: string;
  readonly body: Buffer;
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
    /** Sends bytes as they are, or a request; a stream's answer is its first message or its end. */
    call(method, token, request = {}) {
      const bytes = Buffer.isBuffer(request) ? request : bytesOf(method, request);
      const metadata = new Metadata();
      if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
      const { path, responseStream } = METHODS[method];
      const options = { deadline: Date.now() + 20_000 };
      return new Promise((resolve) => {
        const done = (error: ServiceError | null, body: Buffer = Buffer.alloc(0)) => {
          const [code, reason] = error ? [error.code, refusalOf(error)?.reason] : [status.OK, undefined];
          resolve({ code, reason, details: error?.details ?? '', body });
        };
        if (responseStream)
          client
            .makeServerStreamRequest(path, send, send, bytes, metadata, options)
            .on('error', done)
            .once('data', function (this: { cancel(): void }, body: Buffer) {
              this.cancel();
              done(null, body);
            });
        else client.makeUnaryRequest(path, send, send, bytes, metadata, options, done);
      });
    },
    close: () => client.close(),
  };
}
