import { readFile, writeFile } from 'node:fs/promises';
import { exportJWK, generateKeyPair } from 'jose';

/** The embedded stack's own key for certificates: made once, kept in a file that only its owner reads, or only in memory. */
export async function certificateKey(file: string | undefined): Promise<string> {
  if (file !== undefined) {
    const kept = await readFile(file, 'utf8').catch(() => undefined);
    if (kept !== undefined) return kept;
  }
  const { privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const key = JSON.stringify(await exportJWK(privateKey));
  if (file !== undefined) await writeFile(file, key, { mode: 0o600, flag: 'wx' });
  return key;
}
