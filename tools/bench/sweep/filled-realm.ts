import { blockKey } from '@lethe/contracts';
import { ORGANIZATION, addRealm } from '../purge/realms.sql.js';
import type { Services } from '../purge/services.js';
import { blockIds } from './path.sql.js';
import type { Stub } from './stub.js';

/** A realm whose blocks the stub holds. */
export async function addFilledRealm({ realms }: Services, stub: Stub, blocks: number): Promise<string> {
  const realmId = await addRealm(realms, { blocks, vlobs: Math.ceil(blocks / 10), keys: 20 });
  const ids = await blockIds(realms, realmId);
  await stub.hold(ids.map((id) => blockKey(ORGANIZATION, id)));
  return realmId;
}

/** @throws Error when the stub still holds a block, whatever was reported. */
export async function checkEmpty(stub: Stub): Promise<Readonly<Record<string, number>>> {
  const { held, requests } = await stub.count();
  if (held > 0) throw new Error(`${held} blocks are left in the store of what was reported as gone`);
  return requests;
}
