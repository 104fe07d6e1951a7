import type { StoreClaims } from '@lethe/certificate';
import { ErasureEvidence, type BlockEvidence, type StoreEvidence } from '@lethe/contracts';
import type { ParticipantRow } from './deletion.sql.js';

export type StoreJudgement =
  { readonly kind: 'contradiction'; readonly reason: string } | ({ readonly kind: 'agreement' } & StoreFacts);

export interface StoreFacts {
  /** Undefined: reported before there was evidence by store, and certified as it was then. */
  readonly stores: readonly StoreClaims[] | undefined;
  /** Null: nobody said. */
  readonly bytesTotal: number | null;
}

interface Report {
  readonly participant: string;
  readonly form: number;
  readonly blocks: BlockEvidence;
}

/**
 * What do the reports say of the stores? Whoever names none says nothing of them, and agrees with everybody. Those that name some must
 * name the same; of each store the evidence must account for every block that was swept. Evidence in the first form, from before the
 * second was known, has none by store.
 */
export function judgeStores(rows: readonly ParticipantRow[]): StoreJudgement {
  const reports = rows.flatMap(reportOf);
  const naming = reports.filter(({ blocks }) => blocks.stores.length > 0 || blocks.byStore.length > 0);
  for (const report of naming) {
    const trouble =
      report.form === 1 && report.blocks.byStore.length === 0 ? undefined : storeTrouble(report.blocks);
    if (trouble !== undefined) return contradiction(`${report.participant} ${trouble}`);
  }
  const [first, ...others] = naming;
  const other = others.find(({ blocks }) => !sameStores(blocks, first?.blocks));
  if (first && other)
    return contradiction(`${first.participant} and ${other.participant} name different stores`);

  const said = reports.filter(({ blocks }) => blocks.bytesTotal > 0);
  const bytes = new Set(said.map(({ blocks }) => blocks.bytesTotal));
  if (bytes.size > 1)
    return contradiction(
      said.map(({ participant, blocks }) => `${participant} counted ${blocks.bytesTotal} bytes`).join(', '),
    );
  const bytesTotal = [...bytes][0] ?? (reports.every(({ blocks }) => blocks.blocksTotal === 0) ? 0 : null);

  const evidenced = naming.find(({ blocks }) => blocks.byStore.length > 0);
  const old = naming.find(({ form, blocks }) => form === 1 && blocks.byStore.length === 0);
  if (old && evidenced === undefined) return { kind: 'agreement', stores: undefined, bytesTotal };
  return { kind: 'agreement', stores: evidenced?.blocks.byStore.map(claimsOf) ?? [], bytesTotal };
}

/**
 * What is wrong with the evidence by store of a report that names stores; undefined: nothing. Whoever names one says what it held, though
 * nothing was swept: a certificate names no store that it says nothing of.
 */
export function storeTrouble({ stores, byStore, blocksSwept }: BlockEvidence): string | undefined {
  if (byStore.length === 0)
    return stores.length > 0 ? `names stores without saying what each held: ${stores.join(', ')}` : undefined;
  if (byStore.map(({ store }) => store).join('\n') !== stores.join('\n'))
    return 'gives evidence by store of other stores than it names';
  if (
    new Set(stores).size !== stores.length ||
    new Set(byStore.map((s) => s.storeId)).size !== byStore.length
  )
    return 'names a store twice';
  const odd = byStore.find(({ keysFound, keysMissing }) => keysFound + keysMissing !== blocksSwept);
  if (odd)
    return `swept ${blocksSwept} blocks, but ${odd.store} accounts for ${odd.keysFound} found and ${odd.keysMissing} missing`;
  const unread = byStore.find(({ readBack }) => blocksSwept > 0 && readBack.length === 0);
  return unread && `does not say how ${unread.store} was read back`;
}

function sameStores(a: BlockEvidence, b: BlockEvidence | undefined): boolean {
  if (a.stores.join('\n') !== b?.stores.join('\n')) return false;
  const both = a.byStore.length > 0 && b.byStore.length > 0;
  return !both || a.byStore.every((store, i) => store.storeId === b.byStore[i]?.storeId);
}

function reportOf({ participant, report_form: form, evidence }: ParticipantRow): Report[] {
  const { blocks } = ErasureEvidence.fromJSON(evidence);
  return blocks === undefined ? [] : [{ participant, form, blocks }];
}

const claimsOf = (evidence: StoreEvidence): StoreClaims => ({
  store: evidence.store,
  storeId: evidence.storeId,
  kind: evidence.kind,
  keysFound: evidence.keysFound,
  keysMissing: evidence.keysMissing,
  versionsDeleted: evidence.versionsDeleted,
  uploadsAborted: evidence.uploadsAborted,
  readBack: [...evidence.readBack],
});

const contradiction = (reason: string): StoreJudgement => ({ kind: 'contradiction', reason });
