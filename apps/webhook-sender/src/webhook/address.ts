import { BlockList, isIP, isIPv4 } from 'node:net';

/** IPv4 that is not the public internet (IANA's special-purpose registry), and metadata services that are. */
const NOT_PUBLIC_V4 = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // shared by a carrier; a metadata service
  '127.0.0.0/8', // loopback
  '168.63.129.16/32', // a metadata service
  '169.254.0.0/16', // link-local; metadata services
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments; a metadata service
  '192.0.2.0/24', // documentation
  '192.88.99.0/24', // once 6to4 relays
  '192.168.0.0/16', // private
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
];

/** Of IPv6 only global unicast can be public: loopback, v4-mapped, NAT64, unique local, link-local and multicast lie outside. */
const GLOBAL_V6 = '2000::/3';
const NOT_PUBLIC_V6 = [
  '2001::/23', // protocol assignments; Teredo, which wraps an IPv4 address
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4, which wraps an IPv4 address
  '3fff::/20', // documentation
];

function listOf(family: 'ipv4' | 'ipv6', subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [network = '', prefix] = subnet.split('/');
    list.addSubnet(network, Number(prefix), family);
  }
  return list;
}

const notPublicV4 = listOf('ipv4', NOT_PUBLIC_V4);
const globalV6 = listOf('ipv6', [GLOBAL_V6]);
const notPublicV6 = listOf('ipv6', NOT_PUBLIC_V6);

/** Whether an IP address lies in the public internet. What is no address does not. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !notPublicV4.check(address, 'ipv4');
  return isIP(address) === 6 && globalV6.check(address, 'ipv6') && !notPublicV6.check(address, 'ipv6');
}
