import { WorkspaceServiceClient } from '@lethe/contracts';
import { entriesOf, PAGE_SIZE } from '../connection/pages.js';
import { withService } from '../connection/workspace-service.js';
import { holdJson, holdPage } from '../hold/hold-page.js';
import { printList } from '../terminal/print-list.js';
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
  await withService(WorkspaceServiceClient, session, server, async (caller) => {
    const list = (pageToken: string) =>
      caller.unary((client) => client.listHolds, {
        ...{ caller: undefined, workspaceId },
        ...{ pageSize: PAGE_SIZE, pageToken },
      });
    await printList(
      session,
      entriesOf(list, ({ holds }) => holds),
      { json, asJson: holdJson, asText: holdPage, none: 'No holds' },
    );
  });
}
