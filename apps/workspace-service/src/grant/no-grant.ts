import { status } from '@grpc/grpc-js';
import { RefusalError } from '@lethe/outcome';

export const noGrant = () =>
  new RefusalError({
    code: status.NOT_FOUND,
    reason: 'NO_GRANT',
    message: 'There is no grant for this workspace and epoch: nothing of it may be touched',
  });
