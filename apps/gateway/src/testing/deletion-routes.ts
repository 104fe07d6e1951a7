import { NOT_VALIDATED, protectedRoute as route, type ProtectedRoute } from './protected-route.js';
import { deletion, hold, policy, preview, WORKSPACE_ID } from './samples.js';

const WORKSPACE = `/workspace/${WORKSPACE_ID}`;
const workspaceId = WORKSPACE_ID;
const { origin, reason } = hold;

/** What is Lethe's own: previews, holds, policies, what becomes of a deletion. */
export const deletionRoutes: readonly ProtectedRoute[] = [
  route(
    ['GET', `${WORKSPACE}/deletion/events`, '/workspace/{id}/deletion/events'],
    ['watchDeletion', { workspaceId, lastEventId: '' }, { deletion, eventId: 'event-1' }],
    ['Failed to watch deletion', 'Insufficient permissions to see the deletion', NOT_VALIDATED],
    { bare: true, contentType: 'text/event-stream; charset=utf-8' },
  ),
  route(
    ['GET', `${WORKSPACE}/deletion/statement`, '/workspace/{id}/deletion/statement'],
    ['getDeletionStatement', { workspaceId }, { jws: 'a.b.c' }],
    [
      'Failed to fetch deletion statement',
      'Insufficient permissions to see the deletion statement',
      NOT_VALIDATED,
    ],
  ),
  route(
    ['GET', `${WORKSPACE}/deletion/preview`, '/workspace/{id}/deletion/preview'],
    ['previewDeletion', { workspaceId }, preview],
    ['Failed to preview deletion', 'Insufficient permissions to preview the deletion', NOT_VALIDATED],
  ),
  route(
    ['GET', `${WORKSPACE}/hold`, '/workspace/{id}/hold'],
    ['listHolds', { workspaceId, pageSize: 1000, pageToken: '' }, { holds: [hold], nextPageToken: '' }],
    ['Failed to fetch holds', 'Insufficient permissions to see holds', NOT_VALIDATED],
  ),
  route(
    ['PUT', `${WORKSPACE}/hold`, '/workspace/{id}/hold'],
    ['placeHold', { workspaceId, origin, reason, placedBy: '' }, { holdId: hold.holdId, hold }],
    ['Failed to place hold', 'Insufficient permissions to place a hold', NOT_VALIDATED],
    { body: { origin, reason } },
  ),
  route(
    ['DELETE', `${WORKSPACE}/hold`, '/workspace/{id}/hold'],
    ['releaseHold', { workspaceId, origin, holdId: '', releasedBy: '' }, { hold }],
    ['Failed to release hold', 'Insufficient permissions to release a hold', NOT_VALIDATED],
    { body: { origin } },
  ),
  route(
    ['GET', '/organization/deletion-policy'],
    ['getDeletionPolicy', {}, { policy }],
    ['Failed to fetch deletion policy', 'Insufficient permissions to see the deletion policy', NOT_VALIDATED],
  ),
  route(
    ['PUT', '/organization/deletion-policy'],
    ['setDeletionPolicy', { policy }, { policy }],
    [
      'Failed to update deletion policy',
      'Insufficient permissions to update the deletion policy',
      NOT_VALIDATED,
    ],
    { body: { ...policy, purgeMode: 'automatic' } },
  ),
];
