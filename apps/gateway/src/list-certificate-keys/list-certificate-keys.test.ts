import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type RunningGateway } from '../testing/running-gateway.js';

let running: RunningGateway;
beforeAll(async () => {
  running = await startGateway();
});
afterAll(() => running.stop());

describe('GET /.well-known/jwks.json', () => {
  it('the keys of certificates: a plain key set, cacheable, without a token', async () => {
    running.service.answer('listCertificateKeys', { jwksJson: '{"keys":[{"kty":"OKP","kid":"c1"}]}' });
    const answer = await running.send('GET', '/.well-known/jwks.json', { token: null });
    expect([answer.status, answer.text]).toEqual([200, '{"keys":[{"kty":"OKP","kid":"c1"}]}']);
    expect(answer.headers['cache-control']).toBe('public, max-age=300');
  });

  it.each(['', 'not json', '{}', '[]'])('keys that are none (%s) are a 500, not cached', async (jwksJson) => {
    running.service.answer('listCertificateKeys', { jwksJson });
    const answer = await running.send('GET', '/.well-known/jwks.json', { token: null });
    expect([answer.status, answer.json()['message']]).toEqual([500, 'Failed to fetch certificate keys']);
    expect(answer.headers['cache-control']).toBe('no-store');
  });
});
