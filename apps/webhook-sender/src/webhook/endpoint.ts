import { isIP } from 'node:net';
import { isPublicAddress } from './address.js';

const MAX_LENGTH = 2048;

/** Where a webhook's requests may go. */
export interface EndpointRules {
  /** Plain http, and addresses that are not public. */
  readonly allowInsecure: boolean;
}

/**
 * The endpoint that a text names, in a URL's canonical spelling. What its host name resolves to is judged when it is connected to:
 * it may change at any moment.
 *
 * @throws RangeError with what is wrong.
 */
export function endpointOf(text: string, { allowInsecure }: EndpointRules): URL {
  if (text.length > MAX_LENGTH || /[\s\p{Cc}]/u.test(text) || !URL.canParse(text))
    throw new RangeError(`url must be a URL of at most ${MAX_LENGTH} characters`);
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(allowInsecure && url.protocol === 'http:'))
    throw new RangeError('url must start with https://');
  if (url.username !== '' || url.password !== '')
    throw new RangeError('url must not hold a user or a password');
  const address = hostAddress(url);
  if (address !== undefined && !allowInsecure && !isPublicAddress(address))
    throw new RangeError('url must name a host in the public internet');
  url.hash = '';
  if (url.href.length > MAX_LENGTH) throw new RangeError(`url must have at most ${MAX_LENGTH} characters`);
  return url;
}

/** The IP address that a URL names instead of a host, in its canonical spelling. */
export function hostAddress(url: URL): string | undefined {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 0 ? undefined : host;
}
