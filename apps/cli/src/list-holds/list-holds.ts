import { WorkspaceServiceClient } from '@lethe/contracts';
import { PAGE_SIZE, pages } from '../connection/pages.js';
import { withService } from '../connection/workspace-service.js';
import { holdJson, holdPage } from '../hold/hold-page.js';
import { createJsonArray, print } from '../terminal/print.js';
import type { Session } from '../terminal/session.js';

export interface ListHoldsOptions {
  readonly json: boolean;
  readonly server: string | undefined;
}

/** Prints all holds of a workspace as their pages come. */
export async function listHolds(
  session: Session,
  workspaceId: string,
  { json, server }: ListHoldsOptions,
): Promise<void> {
  const array = json ? createJsonArray(session) : undefined;
  let none = true;
  await withService(WorkspaceServiceClient, session, server, async (caller) => {
    const list = (pageToken: string) =>
      caller.unary((client) => client.listHolds, {
        ...{ caller: undefined, workspaceId },
        ...{ pageSize: PAGE_SIZE, pageToken },
      });
    for await (const { holds } of pages(list)) {
      none &&= holds.length === 0;
      await (array ? array.add(holds.map(holdJson)) : print(session, holds.map(holdPage).join('')));
      if (session.signal.aborted) return;
    }
    if (array) await array.end();
    else if (none) await print(session, 'No holds\n');
  });
}
