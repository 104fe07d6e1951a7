import { status } from '@grpc/grpc-js';
import type {
  BlobSweeperServiceClient,
  PreviewDeletionResponse,
  RealmDescription,
  RealmPurgeServiceClient,
} from '@lethe/contracts';
import type { GrpcCaller } from '@lethe/service';
import { z } from 'zod';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { existing, idParams } from '../http/opaque-id.js';
import { BEARER } from '../http/openapi.js';
import type { HttpRoute } from '../http/server.js';
import { deletionPreview, toDeletionPreview } from './preview.js';

/** Who knows what a purge would remove, and who may refuse it. */
export interface PreviewSources {
  readonly realms: GrpcCaller<RealmPurgeServiceClient>;
  readonly stores: GrpcCaller<BlobSweeperServiceClient>;
}

/** Counting the blocks of a giant realm takes longer than an ordinary call. */
const PATIENCE = 4;

export const previewDeletion =
  ({ realms, stores }: PreviewSources, grpcDeadlineMs: number): HttpRoute =>
  (app, workspaces) => {
    app.get(
      '/workspace/:id/deletion/preview',
      {
        config: {
          wording: {
            failed: 'Failed to preview deletion',
            reasons: {
              INSUFFICIENT_PERMISSIONS: { message: 'Insufficient permissions to preview the deletion' },
            },
          },
        },
        schema: {
          operationId: 'previewDeletion',
          summary: 'What DELETE would do now, and what the purge would remove; changes nothing',
          tags: ['deletions'],
          security: BEARER,
          params: idParams,
          response: responses(
            200,
            'The preview',
            z.object({ ...success, preview: deletionPreview }),
            [400, 401, 403, 404],
          ),
        },
      },
      async (request) => {
        const settings = { requestId: request.id };
        const told = await workspaces.unary(
          (client) => client.previewDeletion,
          { caller: callerOf(request), workspaceId: existing(request.params.id) },
          settings,
        );
        // Nobody else is asked for a caller whom workspace-service has not let in.
        const [described, probed] = await Promise.all([
          answerOf(
            'realm-purge',
            realms.unary(
              (client) => client.describeRealms,
              { realmIds: [told.workspaceId] },
              { ...settings, deadlineMs: PATIENCE * grpcDeadlineMs },
            ),
          ),
          answerOf(
            'blob-sweeper',
            stores.unary((client) => client.probeStores, {}, settings),
          ),
        ]);
        const preview = toDeletionPreview(told, realmOf(told, described.realms), probed.stores);
        return { success: true as const, preview };
      },
    );
  };

const AWAY = [status.UNAVAILABLE, status.DEADLINE_EXCEEDED, status.RESOURCE_EXHAUSTED];

/** Their refusals are none of the user's: either they are away, which is a 503, or something is wrong here. */
async function answerOf<T>(service: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (AWAY.includes((error as { code?: status }).code ?? status.UNKNOWN)) throw error;
    throw new Error(`${service} did not say what a preview needs`, { cause: error });
  }
}

/** The workspace's own realm. One of another organization under its id is none of its business: nothing is told of it. */
function realmOf(
  { workspaceId, organizationId }: PreviewDeletionResponse,
  realms: readonly RealmDescription[],
): RealmDescription | undefined {
  const realm = realms.find(({ realmId }) => realmId === workspaceId);
  if (realm !== undefined && realm.organizationId !== organizationId)
    throw new Error('the realm belongs to another organization than its workspace');
  return realm;
}
