import { isSound, parsePublicKeySet, readCertificateKey, type CertificateKey } from '@lethe/certificate';
import type { JSONWebKeySet } from 'jose';

/** As they are configured now: the private key, and the public ones of before it. */
export interface KeyTexts {
  readonly certificateKey: string;
  readonly retiredKeys: string | undefined;
}

/** The key that signs, and all that verify what was ever signed. Each call looks at what is configured now. */
export interface SigningKeys {
  /** @throws Error with a sentence while what is configured is no key, or would leave certificates that nobody can verify. */
  current(): Promise<CertificateKey>;
  /** The current key and the retired ones. While what is configured is wrong, those of before. */
  published(): Promise<JSONWebKeySet>;
}

/**
 * Reads keys again whenever they are asked for, so that a rotation needs no restart. Fails closed: a broken file signs nothing, and a
 * key takes another's place only when the public half of the other is among the retired ones.
 */
export function createSigningKeys(read: () => KeyTexts): SigningKeys {
  let known:
    { readonly texts: KeyTexts; readonly key: CertificateKey; readonly set: JSONWebKeySet } | undefined;

  async function look() {
    const texts = read();
    const same =
      known?.texts.certificateKey === texts.certificateKey && known.texts.retiredKeys === texts.retiredKeys;
    if (known !== undefined && same) return known;
    const key = await readCertificateKey(texts.certificateKey);
    const retired = await readRetiredKeys(texts.retiredKeys);
    const others = retired.keys.filter(({ kid }) => kid !== key.keyId);
    const before = known?.key.keyId;
    if (before !== undefined && before !== key.keyId && !others.some(({ kid }) => kid === before))
      throw new Error(
        `the certificate key was changed, but the public half of the one before, ${before}, is not among CERTIFICATE_RETIRED_KEYS: what it signed could not be verified`,
      );
    known = { texts, key, set: { keys: [key.publicJwk, ...others] } };
    return known;
  }

  return {
    current: async () => (await look()).key,
    async published() {
      try {
        return (await look()).set;
      } catch (error) {
        if (known === undefined) throw error;
        return known.set;
      }
    },
  };
}

/** @throws Error with a sentence on what is no set of public Ed25519 keys that are named by their thumbprints. */
export async function readRetiredKeys(text: string | undefined): Promise<JSONWebKeySet> {
  if (text === undefined) return { keys: [] };
  let set: JSONWebKeySet;
  try {
    set = parsePublicKeySet(text);
  } catch (error) {
    throw new Error(`CERTIFICATE_RETIRED_KEYS ${(error as Error).message}`, { cause: error });
  }
  for (const key of set.keys)
    if (!(await isSound(key)))
      throw new Error(
        `CERTIFICATE_RETIRED_KEYS contains a key ${key.kid ?? 'without id'} that is no public Ed25519 key named by its RFC 7638 thumbprint: copy it from /.well-known/jwks.json`,
      );
  return set;
}
