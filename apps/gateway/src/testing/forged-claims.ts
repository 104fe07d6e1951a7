import { ISSUER, ORGANIZATION, type Issuer } from './issuer.js';
import { goodPayload, inAnHour, keysOf, signed } from './signing.js';

const ago = () => inAnHour() - 7_200;

/** Signed by the issuer, and saying what must not be believed. */
export function forgedClaims(issuer: Issuer): Record<string, string> {
  const { ed } = keysOf(issuer);
  const header = { alg: 'EdDSA', kid: ed.kid };
  const claims = (changed: object) => signed(ed, header, { ...goodPayload(), ...changed });
  /** The payload's JSON with more of it at its end: the last of two equal names counts. */
  const text = (more: string) => signed(ed, header, `${JSON.stringify(goodPayload()).slice(0, -1)},${more}}`);
  return {
    expired: claims({ exp: ago() }),
    'expired by a fraction': claims({ exp: ago() + 0.5 }),
    'never expires': claims({ exp: undefined }),
    'exp null': claims({ exp: null }),
    'exp a text': claims({ exp: String(inAnHour()) }),
    'exp an ISO time': claims({ exp: '2099-01-01T00:00:00Z' }),
    'exp negative': claims({ exp: -inAnHour() }),
    'exp zero': claims({ exp: 0 }),
    'exp in milliseconds': claims({ exp: inAnHour() * 1_000 }),
    'exp beyond every calendar': claims({ exp: Number.MAX_SAFE_INTEGER }),
    'exp beyond every number': text('"exp":1e999'),
    'exp a list': claims({ exp: [inAnHour()] }),
    'exp twice, the last one over': text(`"exp":${ago()}`),
    'not yet valid': claims({ nbf: inAnHour() }),
    'nbf a text': claims({ nbf: String(ago()) }),
    'issued in the future': claims({ iat: inAnHour() }),
    'iat a text': claims({ iat: 'now' }),
    'iat beyond every number': text('"iat":1e999'),
    'another issuer': claims({ iss: 'https://issuer.test.evil' }),
    'issuer with a slash': claims({ iss: `${ISSUER}/` }),
    'issuer in capitals': claims({ iss: ISSUER.toUpperCase() }),
    'issuer with a space': claims({ iss: ` ${ISSUER}` }),
    'issuer with a line end': claims({ iss: `${ISSUER}\n` }),
    'issuer with a NUL': claims({ iss: `${ISSUER}\0` }),
    'issuer over http': claims({ iss: ISSUER.replace('https', 'http') }),
    'issuer a list': claims({ iss: [ISSUER] }),
    'no issuer': claims({ iss: undefined }),
    'issuer twice, the last one another': text('"iss":"https://issuer.test.evil"'),
    'another audience': claims({ aud: 'somebody-else' }),
    'audiences without ours': claims({ aud: ['somebody', 'else'] }),
    'no audiences': claims({ aud: [] }),
    'no audience': claims({ aud: undefined }),
    'audience in capitals': claims({ aud: 'LETHE' }),
    'audience with a space': claims({ aud: 'lethe ' }),
    'audience in a list in a list': claims({ aud: [['lethe']] }),
    'audience an object': claims({ aud: { lethe: true } }),
    'no userId': claims({ userId: undefined, sub: 'user-1' }),
    'empty userId': claims({ userId: '' }),
    'userId a number': claims({ userId: 1 }),
    'userId a list': claims({ userId: ['user-1'] }),
    'userId an object': claims({ userId: { $ne: '' } }),
    'userId null': claims({ userId: null }),
    'userId too long': claims({ userId: 'x'.repeat(129) }),
    'userId twice, the last one empty': text('"userId":""'),
    'orgId a number': claims({ orgId: 1 }),
    'orgId empty': claims({ orgId: '' }),
    'orgId an object': claims({ orgId: {} }),
    'orgId a list': claims({ orgId: [ORGANIZATION] }),
    'orgId null': claims({ orgId: null }),
    'userId only by way of __proto__': signed(
      ed,
      header,
      JSON.stringify({ ...goodPayload(), userId: undefined }).replace(
        '{',
        '{"__proto__":{"userId":"user-1"},',
      ),
    ),
    'claims that are a list': signed(ed, header, [goodPayload()]),
    'claims that are a text': signed(ed, header, JSON.stringify('user-1')),
    'claims that are null': signed(ed, header, 'null'),
    'claims that are no JSON': signed(ed, header, 'x'),
    'claims with a NUL behind them': signed(ed, header, `${JSON.stringify(goodPayload())}\0`),
    'no claims': signed(ed, header, ''),
    'a token as claims': signed(ed, { ...header, cty: 'JWT' }, signed(ed, header, goodPayload())),
  };
}
