import { refused, unvalidated, textIn, type Memory, type Step } from './step.js';

const w = ({ workspace }: Memory) => `/workspace/${workspace}`;
const under = (rest: string) => (m: Memory) => `${w(m)}${rest}`;
const DELETE = 'DELETE /workspace/{id}';
const RESTORE = 'POST /workspace/{id}/restore';
const HOLD = 'PUT /workspace/{id}/hold';
const POLICY = '/organization/deletion-policy';
const policy = {
  graceSeconds: 3_600,
  orphanDelaySeconds: 60,
  sweepDelaySeconds: 0,
  sequestered: false,
  purgeMode: 'automatic',
};
const EMPTY_SUCCESS = '{"success":true}';

/** The life of a deletion: policy, hold, preview, deletion, restore, and a second one up to its certificate. */
export const deletionSteps: readonly Step[] = [
  { route: `GET ${POLICY}`, case: 'none yet', as: 'ada', status: 404 },
  {
    route: `PUT ${POLICY}`,
    case: 'a field left out',
    as: 'ada',
    body: { ...policy, graceSeconds: undefined },
    status: 400,
  },
  { route: `PUT ${POLICY}`, case: 'grace 0', as: 'ada', body: { ...policy, graceSeconds: 0 }, status: 400 },
  { route: `PUT ${POLICY}`, case: 'no administrator', as: 'ben', body: policy, status: 403 },
  { route: `PUT ${POLICY}`, case: 'set', as: 'ada', body: policy, status: 200 },
  { route: `GET ${POLICY}`, case: 'read', as: 'ben', status: 200 },

  {
    route: HOLD,
    case: 'placed',
    as: 'ada',
    path: under('/hold'),
    body: { origin: 'court', reason: 'case 42' },
    status: 200,
  },
  {
    route: HOLD,
    case: 'no administrator',
    as: 'ben',
    path: under('/hold'),
    body: { origin: 'court', reason: 'x' },
    status: 403,
  },
  {
    route: HOLD,
    case: 'another reason',
    as: 'ada',
    path: under('/hold'),
    body: { origin: 'court', reason: 'case 43' },
    status: 409,
  },
  { route: 'GET /workspace/{id}/hold', case: 'listed', as: 'ada', path: under('/hold'), status: 200 },
  {
    route: 'GET /workspace/{id}/deletion/preview',
    case: 'held',
    as: 'ada',
    path: under('/deletion/preview'),
    status: 200,
  },
  { route: DELETE, case: 'held', as: 'ada', path: w, status: 409 },
  {
    route: 'DELETE /workspace/{id}/hold',
    case: 'released',
    as: 'ada',
    path: under('/hold'),
    body: { origin: 'court' },
    status: 200,
  },
  {
    route: 'DELETE /workspace/{id}/hold',
    case: 'none in force',
    as: 'ada',
    path: under('/hold'),
    body: { origin: 'court' },
    status: 404,
  },

  {
    route: 'PUT /workspace/{id}',
    case: 'made the default',
    as: 'ada',
    path: w,
    body: { default: true },
    status: 200,
  },
  { route: DELETE, case: 'the default workspace', as: 'ada', path: w, status: 409 },
  {
    route: 'PUT /workspace/{id}',
    case: 'the default no more',
    as: 'ada',
    path: w,
    body: { default: false },
    status: 200,
  },

  {
    route: 'GET /workspace/{id}/deletion',
    case: 'never deleted',
    as: 'ada',
    path: under('/deletion'),
    status: 404,
  },
  unvalidated(DELETE, { path: w }),
  refused(DELETE, 'no ADMIN', 'ben', 403, 'Insufficient permissions to delete workspace', { path: w }),
  refused(DELETE, 'another organization', 'cyd', 404, 'Workspace not found', { path: w }),
  {
    route: DELETE,
    case: 'an old etag',
    as: 'ada',
    path: w,
    headers: ({ etag = '' }) => ({ 'if-match': etag }),
    status: 412,
  },
  {
    route: DELETE,
    case: 'deleted',
    as: 'ada',
    path: w,
    headers: () => ({ 'idempotency-key': 'walk-1' }),
    status: 200,
    exactly: EMPTY_SUCCESS,
  },
  {
    route: DELETE,
    case: 'again, same Idempotency-Key',
    as: 'ada',
    path: w,
    headers: () => ({ 'idempotency-key': 'walk-1' }),
    status: 200,
    exactly: EMPTY_SUCCESS,
  },
  refused(DELETE, 'again', 'ada', 404, 'Workspace not found', { path: w }),
  refused('GET /workspace/{id}', 'deleted', 'ada', 404, 'Workspace not found or access denied', { path: w }),
  {
    route: 'GET /workspace/{id}',
    case: '?deleted=true',
    as: 'ada',
    path: under('?deleted=true'),
    status: 200,
  },
  { route: 'GET /workspace', case: 'the bin', as: 'ada', path: () => '/workspace?deleted=true', status: 200 },
  {
    route: 'GET /workspace/{id}/deletion',
    case: 'scheduled',
    as: 'ada',
    path: under('/deletion'),
    status: 200,
  },
  {
    route: 'GET /workspace/{id}/deletion/events',
    case: 'scheduled',
    as: 'ada',
    path: under('/deletion/events'),
    status: 200,
  },
  {
    route: 'GET /workspace/{id}/deletion/certificate',
    case: 'not yet',
    as: 'ada',
    path: under('/deletion/certificate'),
    status: 404,
  },
  { route: RESTORE, case: 'no right', as: 'ben', path: under('/restore'), status: 403 },
  {
    route: RESTORE,
    case: 'the Idempotency-Key of another request',
    as: 'ada',
    path: under('/restore'),
    headers: () => ({ 'idempotency-key': 'walk-1' }),
    status: 422,
  },
  { route: RESTORE, case: 'restored', as: 'ada', path: under('/restore'), status: 200 },
  { route: RESTORE, case: 'active', as: 'ada', path: under('/restore'), status: 409 },

  {
    route: `PUT ${POLICY}`,
    case: 'a second of grace',
    as: 'ada',
    body: { ...policy, graceSeconds: 1 },
    status: 200,
  },
  {
    route: 'GET /workspace/{id}/deletion/preview',
    case: 'clear',
    as: 'ada',
    path: under('/deletion/preview'),
    status: 200,
    keep: (body, _headers, memory) => {
      memory['previewed'] = textIn(body, 'preview', 'etag');
    },
  },
  {
    route: DELETE,
    case: 'as previewed',
    as: 'ada',
    path: w,
    headers: ({ previewed = '' }) => ({ 'if-match': `"${previewed}"` }),
    status: 200,
    exactly: EMPTY_SUCCESS,
  },
  {
    route: 'GET /workspace/{id}/deletion/certificate',
    case: 'signed',
    as: 'ada',
    path: under('/deletion/certificate'),
    status: 200,
    eventually: true,
  },
  { route: RESTORE, case: 'purged', as: 'ada', path: under('/restore'), status: 409 },
  { route: 'GET /.well-known/jwks.json', case: 'public keys', as: 'none', status: 200 },
];
