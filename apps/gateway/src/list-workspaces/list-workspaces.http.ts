import type { ListWorkspacesResponse, Workspace } from '@lethe/contracts';
import { z } from 'zod';
import { callerOf } from '../http/authentication.js';
import { responses, success } from '../http/envelope.js';
import { BEARER } from '../http/openapi.js';
import { MAX_PAGE_SIZE, nextPage, pagingOfAll, toNextPage } from '../http/paging.js';
import type { HttpRoute } from '../http/server.js';
import { fullWorkspace, toFullWorkspace } from '../workspace/workspace.js';

/** What a client that knows no pages gets at most. */
const MAX_WORKSPACES = 10_000;
/** A page may be a single workspace, if it has very many members: this bounds how many of them come together here. */
const MAX_PAGES = 20;

interface Page {
  readonly pageSize: number;
  readonly pageToken: string;
}

export const listWorkspaces: HttpRoute = (app, workspaces) => {
  app.get(
    '/workspace',
    {
      config: {
        wording: {
          failed: 'Failed to fetch workspaces',
          reasons: { USER_NOT_VALIDATED: { status: 404, message: 'User not found' } },
        },
      },
      schema: {
        operationId: 'listWorkspaces',
        summary:
          'The workspaces the caller is a member of, or the bin: deleted ones that the caller may restore',
        tags: ['workspaces'],
        security: BEARER,
        querystring: z.object({
          deleted: z.string().optional().describe('"true" asks for the bin instead'),
          ...pagingOfAll(MAX_WORKSPACES),
        }),
        response: responses(
          200,
          'The workspaces',
          z.object({ ...success, workspaces: z.array(fullWorkspace), ...nextPage }),
          [400, 401, 404],
        ),
      },
    },
    async (request) => {
      const { deleted, pageSize, pageToken } = request.query;
      const list = (page: Page) =>
        workspaces.unary(
          (client) => client.listWorkspaces,
          { caller: callerOf(request), ...page, onlyDeleted: deleted === 'true' },
          { requestId: request.id },
        );
      const { workspaces: found, nextPageToken } =
        pageSize === undefined && pageToken === ''
          ? await listAll(list)
          : await list({ pageSize: pageSize ?? MAX_PAGE_SIZE, pageToken });
      return {
        success: true as const,
        workspaces: found.map(toFullWorkspace),
        ...toNextPage({ nextPageToken }),
      };
    },
  );
};

/** All there are, page by page; where they are too many, as many as fit and the token of what follows. */
async function listAll(
  list: (page: Page) => Promise<ListWorkspacesResponse>,
): Promise<ListWorkspacesResponse> {
  const found: Workspace[] = [];
  let pageToken = '';
  for (let pages = 0; pages < MAX_PAGES && found.length < MAX_WORKSPACES; pages++) {
    const pageSize = Math.min(MAX_PAGE_SIZE, MAX_WORKSPACES - found.length);
    const answer = await list({ pageSize, pageToken });
    found.push(...answer.workspaces);
    pageToken = answer.nextPageToken;
    if (pageToken === '') break;
  }
  return { workspaces: found, nextPageToken: pageToken };
}
