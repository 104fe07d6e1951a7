import { refused, textIn, unvalidated, type Memory, type Step } from './step.js';

const w = ({ workspace }: Memory) => `/workspace/${workspace}`;
const UNKNOWN = '/workspace/00000000-0000-4000-8000-000000000000';
const DELETE = 'DELETE /workspace/{id}';
const GET = 'GET /workspace/{id}';
const PUT = 'PUT /workspace/{id}';
const EMPTY_SUCCESS = '{"success":true}';

/** The public API's own routes, in the order in which a client would come to them. */
export const workspaceSteps: readonly Step[] = [
  {
    route: 'POST /workspace',
    case: 'created',
    as: 'ada',
    body: { name: 'Letters' },
    status: 201,
    keep: (body, _headers, memory) => {
      memory['workspace'] = textIn(body, 'workspace', 'id');
    },
  },
  unvalidated('POST /workspace', { body: { name: 'x' } }),
  refused('POST /workspace', 'role USER', 'ben', 403, 'Insufficient permissions to create workspaces', {
    body: { name: 'x' },
  }),
  { route: 'POST /workspace', case: 'no name', as: 'ada', body: {}, status: 400 },
  {
    route: 'POST /workspace',
    case: 'no JSON',
    as: 'ada',
    body: 'Letters',
    headers: () => ({ 'content-type': 'text/plain' }),
    status: 415,
  },
  { route: 'POST /workspace', case: '100 KiB', as: 'ada', body: { name: 'x'.repeat(100_000) }, status: 413 },
  { route: 'GET /workspace', case: 'mine', as: 'ada', status: 200 },
  { route: 'GET /workspace', case: 'no token', as: 'none', status: 401 },
  { route: 'GET /workspace', case: 'expired token', as: 'expired', status: 401 },
  refused('GET /workspace', 'unknown user', 'nobody', 404, 'User not found'),
  {
    route: GET,
    case: 'with its members',
    as: 'ada',
    path: w,
    status: 200,
    keep: (_body, headers, memory) => {
      memory['etag'] = headers.get('etag') ?? '';
    },
  },
  { route: GET, case: 'trailing and doubled slashes', as: 'ada', path: (m) => `/${w(m)}//`, status: 200 },
  { route: GET, case: 'HEAD', as: 'ada', method: 'HEAD', path: w, status: 200 },
  refused(GET, 'another organization', 'cyd', 404, 'Workspace not found or access denied', { path: w }),
  refused(GET, 'unknown id', 'ada', 404, 'Workspace not found or access denied', { path: () => UNKNOWN }),
  refused(GET, 'literal undefined', 'ada', 404, 'Workspace not found or access denied', {
    path: () => '/workspace/undefined',
  }),
  refused(GET, 'unencoded %', 'ada', 404, 'Workspace not found or access denied', {
    path: () => '/workspace/100%',
  }),
  { route: PUT, case: 'renamed', as: 'ada', path: w, body: { name: 'Old letters' }, status: 200 },
  unvalidated(PUT, { path: w, body: { name: 'x' } }),
  refused(PUT, 'no ADMIN', 'ben', 403, 'Insufficient permissions to update workspace', {
    path: w,
    body: { name: 'x' },
  }),
  refused(PUT, 'unknown id', 'ada', 404, 'Workspace not found', { path: () => UNKNOWN, body: { name: 'x' } }),

  {
    route: 'POST /workspace/{id}/users',
    case: 'added',
    as: 'ada',
    path: (m) => `${w(m)}/users`,
    body: { userId: 'ben', role: 'READ' },
    status: 200,
    exactly: EMPTY_SUCCESS,
  },
  {
    route: 'POST /workspace/{id}/users',
    case: 'again',
    as: 'ada',
    path: (m) => `${w(m)}/users`,
    body: { userId: 'ben', role: 'READ' },
    status: 409,
  },
  refused('POST /workspace/{id}/users', 'unknown user', 'ada', 404, 'Target user not found', {
    path: (m) => `${w(m)}/users`,
    body: { userId: 'nobody', role: 'READ' },
  }),
  refused(
    'POST /workspace/{id}/users',
    'no ADMIN',
    'ben',
    403,
    'Insufficient permissions to manage workspace users',
    {
      path: (m) => `${w(m)}/users`,
      body: { userId: 'new', role: 'READ' },
    },
  ),
  unvalidated('POST /workspace/{id}/users', {
    path: (m) => `${w(m)}/users`,
    body: { userId: 'ben', role: 'READ' },
  }),
  {
    route: 'PUT /workspace/{id}/users/{userId}',
    case: 'another role',
    as: 'ada',
    path: (m) => `${w(m)}/users/ben`,
    body: { role: 'WRITE' },
    status: 200,
    exactly: EMPTY_SUCCESS,
  },
  {
    route: 'PUT /workspace/{id}/users/{userId}',
    case: 'the last ADMIN',
    as: 'ada',
    path: (m) => `${w(m)}/users/ada`,
    body: { role: 'READ' },
    status: 409,
  },
  refused('PUT /workspace/{id}/users/{userId}', 'no member', 'ada', 404, 'User not found in workspace', {
    path: (m) => `${w(m)}/users/new`,
    body: { role: 'READ' },
  }),
  {
    route: 'PUT /workspace/{id}/users/{userId}',
    case: 'no such role',
    as: 'ada',
    path: (m) => `${w(m)}/users/ben`,
    body: { role: 'OWNER' },
    status: 400,
  },

  {
    route: 'POST /bucket',
    case: 'created',
    as: 'ben',
    path: () => '/bucket',
    body: { name: 'B', workspaceId: '$workspace' },
    status: 200,
    keep: (body, _headers, memory) => {
      memory['bucket'] = textIn(body, 'bucketId');
    },
  },
  {
    route: 'POST /repo',
    case: 'created',
    as: 'ada',
    body: { name: 'R', workspaceId: '$workspace', repoBuckets: [{ bucketId: '$bucket' }] },
    status: 200,
    keep: (body, _headers, memory) => {
      memory['repo'] = textIn(body, 'repoId');
    },
  },
  {
    route: 'GET /bucket',
    case: 'literal undefined',
    as: 'ada',
    path: () => '/bucket?workspaceId=undefined&walletAddress=undefined',
    status: 200,
  },
  {
    route: 'GET /repo',
    case: 'of one workspace',
    as: 'ada',
    path: ({ workspace }) => `/repo?workspaceId=${workspace}`,
    status: 200,
  },
  refused(DELETE, 'live resources', 'ada', 400, 'Cannot delete workspace with existing buckets or repos', {
    path: w,
  }),
  {
    route: 'DELETE /bucket/{id}',
    case: 'in use',
    as: 'ada',
    path: ({ bucket }) => `/bucket/${bucket}`,
    status: 403,
  },
  {
    route: 'DELETE /repo/{id}',
    case: 'deleted',
    as: 'ada',
    path: ({ repo }) => `/repo/${repo}`,
    status: 200,
    exactly: EMPTY_SUCCESS,
  },
  {
    route: 'DELETE /bucket/{id}',
    case: 'deleted',
    as: 'ada',
    path: ({ bucket }) => `/bucket/${bucket}`,
    status: 200,
    exactly: EMPTY_SUCCESS,
  },
  {
    route: 'DELETE /bucket/{id}',
    case: 'unknown',
    as: 'ada',
    path: ({ bucket }) => `/bucket/${bucket}`,
    status: 404,
  },
  {
    route: 'DELETE /workspace/{id}/users/{userId}',
    case: 'removed',
    as: 'ada',
    path: (m) => `${w(m)}/users/ben`,
    status: 200,
    exactly: EMPTY_SUCCESS,
  },
  refused('DELETE /workspace/{id}/users/{userId}', 'no member', 'ada', 404, 'User not found in workspace', {
    path: (m) => `${w(m)}/users/ben`,
  }),
  {
    route: 'DELETE /workspace/{id}/users/{userId}',
    case: 'the last ADMIN',
    as: 'ada',
    path: (m) => `${w(m)}/users/ada`,
    status: 409,
  },
];
