import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { ConfigurationError } from '@lethe/service';
import { Command, CommanderError } from 'commander';
import { addAddWebhook } from './add-webhook/add-webhook.command.js';
import { addDeleteOrphans } from './delete-orphans/delete-orphans.command.js';
import { addDeleteRealm } from './delete-realm/delete-realm.command.js';
import { addExportPages } from './export-pages/export-pages.command.js';
import { addExplainDeletion } from './explain-deletion/explain-deletion.command.js';
import { addInterveneDeletion } from './intervene-deletion/intervene-deletion.command.js';
import { addListCertificateKeys } from './list-certificate-keys/list-certificate-keys.command.js';
import { addListDeadLetters } from './list-dead-letters/list-dead-letters.command.js';
import { addListDeletableRealms } from './list-deletable-realms/list-deletable-realms.command.js';
import { addListDeletions } from './list-deletions/list-deletions.command.js';
import { addListHolds } from './list-holds/list-holds.command.js';
import { addListOrphans } from './list-orphans/list-orphans.command.js';
import { addListRateLimits } from './list-rate-limits/list-rate-limits.command.js';
import { addListStores } from './list-stores/list-stores.command.js';
import { addListWebhooks } from './list-webhooks/list-webhooks.command.js';
import { addPlaceHold } from './place-hold/place-hold.command.js';
import { addProbeStores } from './probe-stores/probe-stores.command.js';
import { addReleaseHold } from './release-hold/release-hold.command.js';
import { addRemoveWebhook } from './remove-webhook/remove-webhook.command.js';
import { addReplayDeletions } from './replay-deletions/replay-deletions.command.js';
import { addRestoreWorkspace } from './restore-workspace/restore-workspace.command.js';
import { addRetireStore } from './retire-store/retire-store.command.js';
import { addRetryDelivery } from './retry-delivery/retry-delivery.command.js';
import { addSetRateLimit } from './set-rate-limit/set-rate-limit.command.js';
import { addShowCertificate } from './show-certificate/show-certificate.command.js';
import { addShowStatement } from './show-statement/show-statement.command.js';
import { addShowDeletion } from './show-deletion/show-deletion.command.js';
import { addSweepRealm } from './sweep-realm/sweep-realm.command.js';
import { EXIT, EXIT_CODES_HELP, type ExitCode } from './terminal/exit-code.js';
import { Failure, Interrupted } from './terminal/failure.js';
import { printable } from './terminal/printable.js';
import type { Session, World } from './terminal/session.js';
import { addVerifyBlock } from './verify-block/verify-block.command.js';
import { addVerifyCertificate } from './verify-certificate/verify-certificate.command.js';
import { addWatchDeletion } from './watch-deletion/watch-deletion.command.js';

/** How long a command may take to leave the terminal in order after Ctrl-C. */
const TIDY_UP_MS = 500;

/** Runs one command. Answers with the exit code, and never throws: whatever goes wrong is a sentence on `errors`. */
export async function run(argv: readonly string[], world: World): Promise<ExitCode> {
  const session: Session = { ...world, exitCode: EXIT.ok };
  const command = createProgram(session).parseAsync(argv, { from: 'user' });
  const ended = command.then(
    () => session.exitCode,
    (error: unknown) => complain(error, session),
  );
  const interrupted = new Promise<void>((resolve) => {
    if (world.signal.aborted) resolve();
    world.signal.addEventListener('abort', () => {
      resolve();
    });
  });
  const first = await Promise.race([ended, interrupted]);
  if (!world.signal.aborted) return first ?? EXIT.unexpected;
  await Promise.race([ended, pause(TIDY_UP_MS)]);
  world.errors.write(`lethe: interrupted. ${session.whenInterrupted ?? ''}`.trimEnd().concat('\n'));
  return EXIT.interrupted;
}

function createProgram(session: Session): Command {
  const program = new Command('lethe')
    .description(
      'Orders, follows, explains and proves the deletion of workspaces; restores and holds them; tells of them.',
    )
    .version(version())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => session.output.write(text),
      writeErr: (text) => session.errors.write(text),
    })
    .addHelpText('afterAll', EXIT_CODES_HELP);
  addListDeletableRealms(program, session);
  addDeleteRealm(program, session);
  addSweepRealm(program, session);
  const deletion = program.command('deletion').description('look at deletions, and intervene');
  addListDeletions(deletion, session);
  addShowDeletion(deletion, session);
  addWatchDeletion(deletion, session);
  addExplainDeletion(deletion, session);
  addInterveneDeletion(deletion, session);
  addShowStatement(deletion, session);
  addReplayDeletions(program, session);
  addRestoreWorkspace(program, session);
  const hold = program.command('hold').description('keep workspaces from being deleted and purged');
  addPlaceHold(hold, session);
  addReleaseHold(hold, session);
  addListHolds(hold, session);
  const rateLimit = program.command('rate-limit').description('bound how fast blocks are removed');
  addListRateLimits(rateLimit, session);
  addSetRateLimit(rateLimit, session);
  const stores = program.command('stores').description('look at the stores of blocks, and retire empty ones');
  addListStores(stores, session);
  addProbeStores(stores, session);
  addRetireStore(stores, session);
  const orphans = program.command('orphans').description('find objects that no realm knows, and delete them');
  addListOrphans(orphans, session);
  addDeleteOrphans(orphans, session);
  const webhook = program
    .command('webhook')
    .description('tell organizations of deletions by signed webhooks');
  addAddWebhook(webhook, session);
  addListWebhooks(webhook, session);
  addRemoveWebhook(webhook, session);
  addListDeadLetters(webhook, session);
  addRetryDelivery(webhook, session);
  const certificate = program.command('certificate').description('fetch and verify deletion certificates');
  addVerifyCertificate(certificate, session);
  addVerifyBlock(certificate, session);
  addShowCertificate(certificate, session);
  addExportPages(certificate, session);
  addListCertificateKeys(certificate, session);
  return program;
}

/** Says what went wrong, and answers with the code to exit with. */
function complain(error: unknown, { errors }: Session): ExitCode {
  if (error instanceof Interrupted) return EXIT.interrupted;
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof ConfigurationError) {
    for (const fault of error.faults) errors.write(`lethe: ${printable(fault)}\n`);
    return EXIT.usage;
  }
  if (error instanceof Failure) {
    errors.write(`lethe: ${printable(error.message)}\n`);
    return error.exitCode;
  }
  errors.write(
    `lethe: unexpected failure: ${printable(error instanceof Error ? error.message : String(error))}\n`,
  );
  return EXIT.unexpected;
}

function version(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
