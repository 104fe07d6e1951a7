import { randomBytes } from 'node:crypto';
import { forgedClaims } from './forged-claims.js';
import { forgedKeys } from './forged-keys.js';
import type { Issuer } from './issuer.js';
import { encoded, goodPayload, keysOf, signed } from './signing.js';

/** Tokens that prove nothing, by what is wrong with them. Each is otherwise as good as can be. */
export async function forgedTokens(issuer: Issuer): Promise<Record<string, string>> {
  return {
    ...forgedClaims(issuer),
    ...(await forgedKeys(issuer)),
    ...unsigned(issuer),
    ...signatures(issuer),
    ...spellings(issuer),
  };
}

/** Headers that ask for no signature, or for another way to check it. */
function unsigned(issuer: Issuer): Record<string, string> {
  const { ed } = keysOf(issuer);
  const payload = encoded(goodPayload());
  const signature = signed(ed, {}, {}).split('.')[2] ?? '';
  const forged: Record<string, string> = {};
  for (const alg of [
    'none',
    'None',
    'NONE',
    'nOnE',
    'none ',
    '',
    null,
    0,
    ['EdDSA'],
    'eddsa',
    'EDDSA',
    'EdDSA\0',
  ]) {
    const header = encoded({ alg, kid: ed.kid });
    forged[`alg ${JSON.stringify(alg)}, no signature`] = `${header}.${payload}.`;
    forged[`alg ${JSON.stringify(alg)}, signed`] = signed(ed, { alg, kid: ed.kid }, goodPayload());
  }
  const header = { alg: 'EdDSA', kid: ed.kid };
  const plain = JSON.stringify({ ...goodPayload(), iss: undefined, aud: undefined });
  return {
    ...forged,
    'alg missing': `${encoded({ kid: ed.kid })}.${payload}.${signature}`,
    'alg missing, signed': signed(ed, { kid: ed.kid }, goodPayload()),
    'alg twice, the last one none': `${encoded(`{"alg":"EdDSA","kid":"${ed.kid}","alg":"none"}`)}.${payload}.`,
    'unknown critical header': signed(ed, { ...header, crit: ['x'], x: 1 }, goodPayload()),
    'critical exp': signed(ed, { ...header, crit: ['exp'], exp: goodPayload().exp }, goodPayload()),
    'crit empty': signed(ed, { ...header, crit: [] }, goodPayload()),
    'crit a text': signed(ed, { ...header, crit: 'b64' }, goodPayload()),
    'critical b64 false': signed(ed, { ...header, crit: ['b64'], b64: false }, goodPayload()),
    'b64 false, claims as they are': `${encoded({ ...header, crit: ['b64'], b64: false })}.${plain}.${signature}`,
    'header that is a list': signed(ed, [header], goodPayload()),
    'header that is no JSON': signed(ed, 'x', goodPayload()),
  };
}

/** A signature that was never made, or not over this. */
function signatures(issuer: Issuer): Record<string, string> {
  const { ed, rsa, ec } = keysOf(issuer);
  const good = signed(ed, { alg: 'EdDSA', kid: ed.kid }, goodPayload());
  const [header = '', payload = '', signature = ''] = good.split('.');
  const zeros = (alg: string, kid: string, bytes: number) =>
    `${encoded({ alg, kid })}.${payload}.${Buffer.alloc(bytes).toString('base64url')}`;
  const bytes = Buffer.from(signature, 'base64url');
  const withSignature = (changed: Buffer) => `${header}.${payload}.${changed.toString('base64url')}`;
  return {
    'claims changed after signing': `${header}.${encoded({ ...goodPayload(), userId: 'user-2' })}.${signature}`,
    'claims doubled after signing': `${header}.${encoded(`${JSON.stringify(goodPayload()).slice(0, -1)},"userId":"user-2"}`)}.${signature}`,
    'signature of another token': `${header}.${payload}.${signed(ed, {}, {}).split('.')[2]}`,
    'signature cut by a byte': withSignature(bytes.subarray(0, -1)),
    'signature cut by half': withSignature(bytes.subarray(0, 32)),
    'signature a byte longer': withSignature(Buffer.concat([bytes, Buffer.alloc(1)])),
    'signature twice': withSignature(Buffer.concat([bytes, bytes])),
    'a bit of the signature changed': withSignature(
      Buffer.from(bytes.map((byte, i) => (i === 9 ? byte ^ 1 : byte))),
    ),
    'the last bit of the signature changed': withSignature(
      Buffer.from(bytes.map((byte, i) => (i === 63 ? byte ^ 1 : byte))),
    ),
    'EdDSA of zeros': zeros('EdDSA', ed.kid, 64),
    'ES256 with r = s = 0': zeros('ES256', ec.kid, 64),
    'RS256 of zeros': zeros('RS256', rsa.kid, 256),
    'RS256 of one zero': zeros('RS256', rsa.kid, 1),
    'signature empty': `${header}.${payload}.`,
    'signature left out': `${header}.${payload}`,
  };
}

/** A token that holds, written otherwise: one token has one spelling. And what is no token at all. */
function spellings(issuer: Issuer): Record<string, string> {
  const { ed } = keysOf(issuer);
  const good = signed(ed, { alg: 'EdDSA', kid: ed.kid }, goodPayload());
  const [header = '', payload = '', signature = ''] = good.split('.');
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = digits.indexOf(signature.slice(-1));
  return {
    'another spelling of the last byte': `${header}.${payload}.${signature.slice(0, -1)}${digits[last ^ 1]}`,
    padded: `${good}==`,
    'padded header': `${header}=.${payload}.${signature}`,
    'in the other base64': inTheOtherBase64(issuer),
    'a dot too many': `${good}.`,
    'a dot before': `.${good}`,
    'a part too many': `${good}.${signature}`,
    'five parts': `${good}.a.b`,
    quoted: `"${good}"`,
    'after a comma': `${good},${good}`,
    'with é in it': `${header}.${payload}é.${signature}`,
    'with bytes of UTF-8 in it': `${good}${Buffer.from('😀').toString('latin1')}`,
    'percent-encoded': good.replaceAll('.', '%2E'),
    'a JSON serialization': JSON.stringify({ payload, protected: header, signature }),
    'the claims alone': JSON.stringify(goodPayload()),
    garbage: 'garbage',
    undefined: 'undefined',
    null: 'null',
    dots: '...',
    'two dots': '..',
    'eight thousand bytes': randomBytes(6_000).toString('base64url'),
    'a long token by a stranger': `${header}.${encoded({ ...goodPayload(), padding: 'x'.repeat(8_000) })}.${signature}`,
  };
}

/** With "+" and "/" where the signature has "-" and "_"; not each has one of them. */
function inTheOtherBase64(issuer: Issuer): string {
  const { ed } = keysOf(issuer);
  for (let n = 0; ; n += 1) {
    const [header, payload, signature = ''] = signed(
      ed,
      { alg: 'EdDSA', kid: ed.kid },
      { ...goodPayload(), n },
    ).split('.');
    const other = signature.replaceAll('-', '+').replaceAll('_', '/');
    if (other !== signature) return `${header}.${payload}.${other}`;
  }
}
