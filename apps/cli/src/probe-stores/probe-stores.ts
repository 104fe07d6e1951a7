import { Judgement, type StoreExamination, type StoreFinding } from '@lethe/contracts';
import { connectSweeper } from '../connection/purging.js';
import { EXIT } from '../terminal/exit-code.js';
import { print } from '../terminal/print.js';
import { printable, printableTime } from '../terminal/printable.js';
import { printJson, type Session } from '../terminal/session.js';

const WITHIN_MS = 120_000;

const NAMES: Readonly<Record<Judgement, string>> = {
  [Judgement.UNSPECIFIED]: 'unknown',
  [Judgement.OK]: 'ok',
  [Judgement.WARNING]: 'warning',
  [Judgement.FAILURE]: 'failure',
  [Judgement.UNKNOWN]: 'unknown',
  [Judgement.UNRECOGNIZED]: 'unknown',
};

/** Prints what was found of each store. Exit code 1 where one fails: a purge would not get its certificate. */
export async function probeStores(
  session: Session,
  { store, json }: { readonly store: string; readonly json: boolean },
): Promise<void> {
  const sweeper = connectSweeper(session);
  const { stores } = await sweeper
    .unary((client) => client.examineStores, { store }, { deadlineMs: WITHIN_MS })
    .finally(sweeper.close);
  if (json) printJson(session.output, stores.map(toJson));
  else await print(session, stores.map(toText).join('\n'));
  const fails = stores.length === 0 || stores.some(({ findings }) => findings.some(isFailure));
  if (fails) session.exitCode = EXIT.refused;
}

const isFailure = ({ judgement }: StoreFinding) => judgement === Judgement.FAILURE;

function toText({ name, storeId, kind, place, findings }: StoreExamination): string {
  const head = `${printable(name)}  ${storeId}  ${kind}  ${printable(place)}\n`;
  return head + findings.map(line).join('');
}

const line = ({ what, judgement, message }: StoreFinding): string =>
  `  ${NAMES[judgement].padEnd(7)}  ${printable(what).padEnd(18)}  ${printable(message)}\n`;

function toJson({ name, storeId, kind, place, findings, time }: StoreExamination): Record<string, unknown> {
  return {
    ...{ name, store_id: storeId, kind, place },
    time: time === undefined ? null : printableTime(time),
    findings: findings.map(({ what, judgement, message }) => ({
      what,
      judgement: NAMES[judgement],
      message,
    })),
  };
}
