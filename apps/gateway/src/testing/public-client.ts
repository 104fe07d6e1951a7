/** An answer that is no 2xx, as the public client throws it: the body only where its type is JSON. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  constructor(
    readonly status: number,
    readonly data: Record<string, unknown> | null,
  ) {
    super(`HTTP ${status}`);
  }
}

type Body = Record<string, unknown>;

/**
 * The calls of the public TypeScript client for Flashback's API (0.3.13) as they stand on the wire, and as it takes the
 * answers: no Accept, no encoding of ids, `body: null` without a body and then no Content-Type, JSON if there is any text.
 */
export function createPublicClient(baseUrl: string, token: string) {
  const call = async (path: string, method: string, data: Body | null = null): Promise<Body | null> => {
    const headers: Record<string, string> = { Authorization: `Bearer ${token}` };
    if (data !== null) headers['Content-Type'] = 'application/json';
    const body = data === null ? null : JSON.stringify(data);
    const response = await fetch(`${baseUrl}/${path}`, { method, headers, body });
    const text = await response.text();
    if (response.ok) return text === '' ? null : (JSON.parse(text) as Body);
    const isJson = response.headers.get('content-type')?.includes('application/json') === true;
    throw new ClientError(response.status, isJson && text !== '' ? (JSON.parse(text) as Body) : null);
  };
  return {
    createWorkspace: (data: Body) => call('workspace', 'POST', data),
    getWorkspaces: () => call('workspace', 'GET'),
    getWorkspace: (id: string) => call(`workspace/${id}`, 'GET'),
    updateWorkspace: (id: string, data: Body) => call(`workspace/${id}`, 'PUT', data),
    deleteWorkspace: (id: string) => call(`workspace/${id}`, 'DELETE'),
    addUserToWorkspace: (id: string, data: Body) => call(`workspace/${id}/users`, 'POST', data),
    updateWorkspaceUserRole: (id: string, userId: string, data: Body) =>
      call(`workspace/${id}/users/${userId}`, 'PUT', data),
    removeUserFromWorkspace: (id: string, userId: string) =>
      call(`workspace/${id}/users/${userId}`, 'DELETE'),
    createStorageBucket: (data: Body) => call('bucket', 'POST', data),
    getStorageBuckets: (workspaceId?: string, walletAddress?: string) =>
      call(`bucket?workspaceId=${workspaceId}&walletAddress=${walletAddress}`, 'GET'),
    deleteStorageBucket: (id: string) => call(`bucket/${id}`, 'DELETE'),
    createStorageRepo: (data: Body) => call('repo', 'POST', data),
    getStorageRepos: (query: Record<string, string> = {}) =>
      call(`repo?${new URLSearchParams(query).toString()}`, 'GET'),
    deleteStorageRepo: (id: string) => call(`repo/${id}`, 'DELETE'),
    getOrganizationUsers: () => call('organization/users', 'GET'),
    deleteOrganizationUser: (id: string) => call(`organization/users/${id}`, 'DELETE'),
    activateOrganizationUser: (id: string) => call(`organization/users/${id}/activate`, 'POST'),
    getSystemEvents: (data: Body) => call('systemevent', 'POST', data),
  };
}

export type PublicClient = ReturnType<typeof createPublicClient>;
