import { describe, expect, it } from 'vitest';
import { endpointOf } from './endpoint.js';

const strict = (text: string) => endpointOf(text, { allowInsecure: false }).href;
const lenient = (text: string) => endpointOf(text, { allowInsecure: true }).href;

describe('endpointOf', () => {
  it.each([
    ['https://example.org', 'https://example.org/'],
    ['https://EXAMPLE.org:443/a%20b?c=d', 'https://example.org/a%20b?c=d'],
    ['https://example.org:8443/hook#part', 'https://example.org:8443/hook'],
    ['https://8.8.8.8/', 'https://8.8.8.8/'],
    ['https://[2606:4700::1111]/', 'https://[2606:4700::1111]/'],
    ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
  ])('takes %s', (text, href) => {
    expect(strict(text)).toBe(href);
  });

  it.each([
    ...[
      '',
      'example.org',
      '/hook',
      'https://',
      'https://a b/',
      ' https://example.org',
      'https://example.org/\n',
    ],
    ...['ftp://example.org/', 'file:///etc/passwd', 'javascript:alert(1)', 'data:,x', 'http://example.org/'],
    ...['https://user@example.org/', 'https://user:secret@example.org/', 'https://:secret@example.org/'],
    ...[
      'https://127.0.0.1/',
      'https://127.1/',
      'https://2130706433/',
      'https://0x7f.0.0.1/',
      'https://0177.0.0.1/',
    ],
    ...[
      'https://10.0.0.1/',
      'https://169.254.169.254/latest',
      'https://[::1]/',
      'https://[::ffff:127.0.0.1]/',
    ],
    ...['https://[fd00:ec2::254]/', 'https://[fe80::1]/', 'https://0.0.0.0/', 'https://１２７.0.0.1/'],
    `https://example.org/${'x'.repeat(2048)}`,
    `https://example.org/${'ü'.repeat(1000)}`,
  ])('refuses %s', (text) => {
    expect(() => strict(text)).toThrow(RangeError);
  });

  it('takes plain http and any address where that is allowed, and still no credentials', () => {
    expect(lenient('http://127.0.0.1:8080/hook')).toBe('http://127.0.0.1:8080/hook');
    expect(lenient('https://[::1]/')).toBe('https://[::1]/');
    expect(() => lenient('ftp://127.0.0.1/')).toThrow(RangeError);
    expect(() => lenient('http://user:secret@127.0.0.1/')).toThrow(RangeError);
  });

  it('never says the secret part of what it refuses', () => {
    for (const url of ['https://u:hunter2@example.org/', 'http://example.org/hunter2', 'hunter2'])
      expect(() => strict(url)).toThrow(expect.not.stringContaining('hunter2') as string);
  });
});
