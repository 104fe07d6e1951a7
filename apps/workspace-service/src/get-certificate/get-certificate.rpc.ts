import { status } from '@grpc/grpc-js';
import type { GetDeletionCertificateRequest, GetDeletionCertificateResponse } from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import type { Pool } from '@lethe/postgres';
import type { CallContext } from '@lethe/service';
import { userOrOperator } from '../allowed-calls.js';
import { findCertificate } from '../deletion/deletion.sql.js';
import { visibleDeletion } from '../deletion/visible-deletion.js';
import { uuidOf } from '../requests.js';

export const getCertificateRpc =
  (pool: Pool) =>
  async (
    request: GetDeletionCertificateRequest,
    context: CallContext,
  ): Promise<GetDeletionCertificateResponse> => {
    const deletion = await visibleDeletion(
      pool,
      uuidOf(request.workspaceId),
      userOrOperator(request, context),
    );
    const certificate = await findCertificate(pool, deletion);
    if (certificate === undefined)
      throw new RefusalError({
        code: status.NOT_FOUND,
        reason: 'CERTIFICATE_NOT_FOUND',
        message: `There is no certificate yet: the deletion is ${deletion.state}`,
      });
    return { certificateId: certificate.certificate_id, jws: certificate.jws };
  };
