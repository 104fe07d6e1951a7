import { describe, expect, it } from 'vitest';
import { isPublicAddress } from './address.js';

describe('isPublicAddress', () => {
  it.each([
    ['this network', '0.0.0.0', '0.255.255.255'],
    ['private, 10', '10.0.0.0', '10.255.255.255'],
    ['carrier-grade NAT', '100.64.0.0', '100.127.255.255'],
    ['loopback', '127.0.0.1', '127.255.255.255'],
    ['link-local', '169.254.0.0', '169.254.255.255'],
    ['private, 172', '172.16.0.0', '172.31.255.255'],
    ['protocol assignments', '192.0.0.0', '192.0.0.255'],
    ['documentation 1', '192.0.2.0', '192.0.2.255'],
    ['6to4 relays', '192.88.99.0', '192.88.99.255'],
    ['private, 192', '192.168.0.0', '192.168.255.255'],
    ['benchmarks', '198.18.0.0', '198.19.255.255'],
    ['documentation 2', '198.51.100.0', '198.51.100.255'],
    ['documentation 3', '203.0.113.0', '203.0.113.255'],
    ['multicast', '224.0.0.0', '239.255.255.255'],
    ['reserved', '240.0.0.0', '255.255.255.254'],
    ['broadcast', '255.255.255.255', '255.255.255.255'],
    ['unspecified v6', '::', '::'],
    ['loopback v6', '::1', '::1'],
    ['v4-compatible', '::7f00:1', '::8.8.8.8'],
    ['v4-mapped, also of what is public', '::ffff:127.0.0.1', '::ffff:8.8.8.8'],
    ['v4-mapped in hex', '::ffff:a9fe:a9fe', '::ffff:7f00:1'],
    ['v4-translated', '::ffff:0:127.0.0.1', '::ffff:0:10.0.0.1'],
    ['NAT64', '64:ff9b::a00:1', '64:ff9b:1::1'],
    ['discard', '100::', '100::ffff:ffff:ffff:ffff'],
    ['Teredo', '2001::', '2001:0:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['protocol assignments v6', '2001:1::1', '2001:1ff:ffff::1'],
    ['documentation v6', '2001:db8::', '2001:db8:ffff::1'],
    ['6to4', '2002:7f00:1::', '2002:a9fe:a9fe::1'],
    ['documentation v6, new', '3fff::', '3fff:fff::1'],
    ['unassigned', '4000::1', '5f00::1'],
    ['unique local', 'fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['link-local v6', 'fe80::1', 'febf:ffff::1'],
    ['site-local', 'fec0::1', 'feff::1'],
    ['multicast v6', 'ff00::', 'ff02::1'],
  ])('refuses %s', (_, first, last) => {
    expect([isPublicAddress(first), isPublicAddress(last)]).toEqual([false, false]);
  });

  it.each([
    ['AWS, Azure, Google and others', '169.254.169.254'],
    ['AWS, of containers', '169.254.170.2'],
    ['AWS over IPv6', 'fd00:ec2::254'],
    ['Google over IPv6', 'fd20:ce::254'],
    ['Alibaba', '100.100.100.200'],
    ['Oracle', '192.0.0.192'],
    ['Azure, of the host', '168.63.129.16'],
  ])('refuses the metadata service of %s', (_, address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each([
    ...[
      '1.1.1.1',
      '8.8.8.8',
      '9.255.255.255',
      '11.0.0.0',
      '100.63.255.255',
      '100.128.0.0',
      '126.255.255.255',
    ],
    ...['128.0.0.0', '168.63.129.15', '168.63.129.17', '169.253.255.255', '169.255.0.0', '172.15.255.255'],
    ...['172.32.0.0', '192.0.1.0', '192.167.255.255', '192.169.0.0', '198.17.255.255', '198.20.0.0'],
    ...[
      '223.255.255.255',
      '2001:200::1',
      '2001:4860:4860::8888',
      '2606:4700::1111',
      '2a00::1',
      '3ffe:ffff::1',
    ],
  ])('lets %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    '',
    'localhost',
    'example.org',
    '127.1',
    '0x7f000001',
    '2130706433',
    '8.8.8.8.',
    '[::1]',
    'fe80::1%eth0',
  ])('refuses %j, which is no address', (text) => {
    expect(isPublicAddress(text)).toBe(false);
  });
});
