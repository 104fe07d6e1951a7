import { refused, type Step } from './step.js';

const DELETE = 'DELETE /organization/users/{id}';
const ACTIVATE = 'POST /organization/users/{id}/activate';
const user = (id: string) => () => `/organization/users/${id}`;
const activate = (id: string) => () => `/organization/users/${id}/activate`;

/** Users, audit, and what is not about one thing. */
export const organizationSteps: readonly Step[] = [
  { route: 'GET /organization/users', case: 'mine', as: 'ben', status: 200 },
  refused(DELETE, 'no administrator', 'ben', 403, 'Insufficient permissions to delete users', {
    path: user('new'),
  }),
  refused(DELETE, 'oneself', 'ada', 400, 'Cannot delete yourself', { path: user('ada') }),
  refused(DELETE, 'unknown', 'ada', 404, 'User not found', { path: user('nobody') }),
  refused(DELETE, 'of another organization', 'ada', 404, 'User not found', { path: user('cyd') }),
  {
    route: DELETE,
    case: 'deleted',
    as: 'ada',
    path: user('ben'),
    status: 200,
    exactly: '{"success":true,"message":"User deleted successfully"}',
  },
  refused('GET /workspace', 'a deleted user', 'ben', 404, 'User not found'),
  {
    route: ACTIVATE,
    case: 'activated',
    as: 'ada',
    path: activate('ben'),
    status: 200,
    exactly: '{"success":true,"message":"User activated successfully"}',
  },
  refused(ACTIVATE, 'not deleted', 'ada', 400, 'User is not deleted', { path: activate('ben') }),
  {
    route: 'POST /systemevent',
    case: 'of the organization',
    as: 'ada',
    body: { skip: 0, take: 20 },
    status: 200,
  },
  { route: 'POST /systemevent', case: 'one’s own', as: 'ben', body: { skip: 0, take: 100 }, status: 200 },
  { route: 'POST /systemevent', case: 'take 101', as: 'ada', body: { skip: 0, take: 101 }, status: 400 },
  {
    route: '(unknown)',
    case: 'no such route',
    as: 'ada',
    path: () => '/nothing/here',
    method: 'GET',
    status: 404,
  },
  {
    route: '(unknown)',
    case: 'no token at no route',
    as: 'none',
    path: () => '/nothing/here',
    method: 'GET',
    status: 404,
  },
  { route: 'GET /healthz', case: 'alive', as: 'none', status: 200 },
  { route: 'GET /readyz', case: 'ready', as: 'none', status: 200 },
  { route: 'GET /openapi.json', case: 'OpenAPI 3.1', as: 'none', status: 200 },
];
