import { request as httpRequest, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from '../webhook/address.js';
import { endpointOf, hostAddress, type EndpointRules } from '../webhook/endpoint.js';
import type { ResolveHost } from './resolve-host.js';

/** What an endpoint answered, or why it could not be asked. */
export type Answer =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfter: string | undefined }
  | { readonly kind: 'failed'; readonly reason: string };

export interface PostOptions extends EndpointRules {
  readonly resolve: ResolveHost;
  /** From the look-up of the name to the last byte that is read. */
  readonly timeoutMs: number;
}

/** More of an answer is not read; none of it is kept. */
const MAX_ANSWER_BYTES = 64 << 10;

class ForbiddenAddress extends Error {
  readonly code = 'ADDRESS_NOT_ALLOWED';
}

/**
 * Posts once, over a connection of its own. Follows no redirect. A name is looked up for this connection, and it is connected to exactly
 * what was looked at: every address of it must be public, whatever the name meant before. Never rejects.
 */
export function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  options: PostOptions,
): Promise<Answer> {
  return new Promise((resolve) => {
    let endpoint: URL;
    try {
      endpoint = endpointOf(url, options);
    } catch (error) {
      resolve({ kind: 'failed', reason: (error as Error).message });
      return;
    }
    const deadline = AbortSignal.timeout(options.timeoutMs);
    /** Once there is a status, it counts, whatever becomes of the rest. */
    let answer: Answer | undefined;
    const bytes = Buffer.from(body);
    const settings: RequestOptions = {
      method: 'POST',
      headers: { ...headers, 'content-length': bytes.length },
      agent: false,
      signal: deadline,
      ...(hostAddress(endpoint) === undefined ? { lookup: lookupOf(options) } : {}),
    };
    const request = (endpoint.protocol === 'https:' ? httpsRequest : httpRequest)(endpoint, settings);
    request.on('error', (error) => {
      resolve(answer ?? { kind: 'failed', reason: deadline.aborted ? 'no answer in time' : reasonOf(error) });
    });
    request.on('response', (response) => {
      const { statusCode: status = 0 } = response;
      const answered = { kind: 'answered', status, retryAfter: response.headers['retry-after'] } as const;
      answer = answered;
      let read = 0;
      response.on('data', (chunk: Buffer) => {
        read += chunk.length;
        if (read > MAX_ANSWER_BYTES) response.destroy();
      });
      response.on('error', () => undefined);
      response.once('close', () => {
        resolve(answered);
      });
    });
    // A connection may end without either, as after 101, and a signal may go unheard then.
    const ended = () => {
      resolve(
        answer ?? { kind: 'failed', reason: deadline.aborted ? 'no answer in time' : 'the connection ended' },
      );
    };
    request.once('close', ended);
    deadline.addEventListener('abort', ended);
    request.end(bytes);
  });
}

/** What `connect` takes its addresses from. */
function lookupOf({ resolve, allowInsecure }: PostOptions): LookupFunction {
  return (hostname, { all }, callback) => {
    const looked = resolve(hostname).then((addresses) => {
      const [first] = addresses;
      if (first === undefined) throw Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
      if (!allowInsecure && !addresses.every(({ address }) => isPublicAddress(address)))
        throw new ForbiddenAddress('not every address of the host is public');
      return { first, addresses };
    });
    looked.then(
      ({ first, addresses }) => {
        if (all) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => {
        callback(error as NodeJS.ErrnoException, '', 0);
      },
    );
  };
}

/** For operators: a code, never what was sent or answered. */
function reasonOf(error: Error): string {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : 'the connection failed';
}
