import type { CertificateKey } from '@lethe/certificate';
import type { ListCertificateKeysResponse } from '@lethe/contracts';

export const listCertificateKeysRpc =
  (key: () => Promise<CertificateKey>) => async (): Promise<ListCertificateKeysResponse> => ({
    jwksJson: JSON.stringify({ keys: [(await key()).publicJwk] }),
  });
