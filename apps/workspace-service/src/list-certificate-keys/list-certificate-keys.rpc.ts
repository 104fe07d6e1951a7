import type { ListCertificateKeysResponse } from '@lethe/contracts';
import type { SigningKeys } from '../signing/signing-keys.js';

/** The current key and the retired ones: whoever has them can verify every certificate that was ever signed. */
export const listCertificateKeysRpc =
  (keys: Pick<SigningKeys, 'published'>) => async (): Promise<ListCertificateKeysResponse> => ({
    jwksJson: JSON.stringify(await keys.published()),
  });
