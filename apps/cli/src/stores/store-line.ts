import type { Store } from '@lethe/contracts';
import { printable, printableTime } from '../terminal/printable.js';

/** On a line of its own; what may be of any length stands last. */
export function storeLine(store: Store): string {
  const of = store.organizationId === '' ? 'all' : printable(store.organizationId);
  const retired =
    store.retireTime && `  retired=${printableTime(store.retireTime)} by ${printable(store.retiredBy)}`;
  const trouble = store.trouble === '' ? '' : `  trouble=${printable(store.trouble)}`;
  return `Store  name=${printable(store.name)}  id=${store.storeId}  kind=${store.kind}  organization=${of}  configured=${store.configured ? 'yes' : 'no'}${retired ?? ''}${trouble}\n`;
}

export function storeJson(store: Store): Record<string, unknown> {
  const time = (at: Date | undefined) => (at === undefined ? null : printableTime(at));
  return {
    name: store.name,
    store_id: store.storeId,
    kind: store.kind,
    organization_id: store.organizationId === '' ? null : store.organizationId,
    configured: store.configured,
    first_seen_time: time(store.firstSeenTime),
    retire_time: time(store.retireTime),
    retired_by: store.retiredBy || null,
    retire_reason: store.retireReason || null,
    trouble: store.trouble || null,
  };
}
