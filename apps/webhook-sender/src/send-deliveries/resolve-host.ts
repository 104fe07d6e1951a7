import { Resolver } from 'node:dns/promises';
import type { LookupAddress } from 'node:dns';

/** All addresses of a host name. Rejects when it has none. */
export type ResolveHost = (hostname: string) => Promise<LookupAddress[]>;

const LOOPBACK = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

/**
 * Asks DNS alone, each time anew, and not by the process's few threads for getaddrinfo: names that do not answer keep no other waiting.
 * `localhost` is loopback by definition (RFC 6761).
 */
export const resolveHost: ResolveHost = async (hostname) => {
  if (/^(.+\.)?localhost\.?$/i.test(hostname)) return LOOPBACK;
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  const [v4, v6] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
  const addresses = [...of(v4, 4), ...of(v6, 6)];
  if (addresses.length === 0 && v4.status === 'rejected') throw v4.reason;
  return addresses;
};

const of = (result: PromiseSettledResult<string[]>, family: 4 | 6): LookupAddress[] =>
  result.status === 'fulfilled' ? result.value.map((address) => ({ address, family })) : [];
