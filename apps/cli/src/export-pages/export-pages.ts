import { WorkspaceServiceClient, type ListSweptPagesResponse } from '@lethe/contracts';
import { PAGE_SIZE, pages } from '../connection/pages.js';
import { connectSweeper } from '../connection/purging.js';
import { withService } from '../connection/workspace-service.js';
import { createDraft, removeLeftovers } from '../manifest/draft.js';
import { PagesWriter } from '../proof/pages-file.js';
import { EXIT } from '../terminal/exit-code.js';
import { Failure, stopIfInterrupted } from '../terminal/failure.js';
import { printable } from '../terminal/printable.js';
import type { Session } from '../terminal/session.js';

export interface ExportPagesOptions {
  readonly output: string;
  /** Of the workspace service; the blob sweeper's address is in the environment alone. */
  readonly server: string | undefined;
}

/**
 * Saves the ledger's pages of a workspace's newest deletion, which `certificate verify --pages` recomputes the Merkle root from: a new
 * file, wholly and durably, or none.
 */
export async function exportPages(
  session: Session,
  workspaceId: string,
  { output, server }: ExportPagesOptions,
): Promise<void> {
  const { deletion } = await withService(WorkspaceServiceClient, session, server, (caller) =>
    caller.unary((client) => client.getDeletion, { caller: undefined, workspaceId }),
  );
  const epoch = deletion?.epoch ?? 0;
  const sweeper = connectSweeper(session);
  await removeLeftovers(output);
  const draft = await createDraft(output);
  try {
    const writer = new PagesWriter();
    await draft.write(writer.head({ workspaceId, epoch }));
    const answers = pages((pageToken) =>
      pagesOrNone(
        epoch,
        sweeper.unary((client) => client.listSweptPages, {
          ...{ realmId: workspaceId, epoch, pageSize: PAGE_SIZE, pageToken },
        }),
      ),
    );
    for await (const answer of answers) {
      stopIfInterrupted(session);
      if (answer.epoch !== epoch)
        throw new Failure(
          EXIT.unexpected,
          `the blob sweeper answers with pages of epoch ${answer.epoch}, not ${epoch}`,
        );
      for (const page of answer.pages)
        await draft.write(
          writer.page({
            ...{ page: page.page, rows: page.rows, swept: page.swept },
            rowDigest: Buffer.from(page.rowDigest).toString('hex'),
            sweepTime: page.sweepTime?.toISOString() ?? null,
            stores: page.stores,
          }),
        );
    }
    await draft.write(writer.end());
    if ((await draft.publish()) === 'exists')
      throw new Failure(EXIT.refused, `${output} exists, and was left as it is: name another file`);
    session.output.write(`Saved ${writer.pages} page(s) to ${printable(output)}\n`);
  } finally {
    await draft.discard();
    sweeper.close();
  }
}

/** A realm without blocks has no sweep: its certificate counts no page, and no other is verified by an empty file. */
async function pagesOrNone(
  epoch: number,
  answer: Promise<ListSweptPagesResponse>,
): Promise<ListSweptPagesResponse> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Failure && error.reason === 'SWEEP_NOT_FOUND')
      return { epoch, pages: [], nextPageToken: '' };
    throw error;
  }
}
