import type { Hold } from '@lethe/contracts';
import { z } from 'zod';
import { toWireText, toWireTime, wireTime } from '../http/wire-time.js';

/** A legal hold; a released one says when and by whom. */
export const holdResource = z
  .object({
    holdId: z.string(),
    workspaceId: z.string(),
    origin: z.string().describe('Who asks for it: a court, a department'),
    reason: z.string(),
    placedBy: z.string().optional(),
    byOperator: z.boolean().describe('Placed by an operator of the installation: only operators release it'),
    placeTime: wireTime.optional(),
    releasedBy: z.string().optional(),
    releaseTime: wireTime.optional().describe('Absent while it is in force'),
  })
  .meta({ id: 'Hold' });

export function toHoldResource(hold: Hold | undefined): z.output<typeof holdResource> {
  if (hold === undefined) throw new TypeError('workspace-service answered without a hold');
  return {
    holdId: hold.holdId,
    workspaceId: hold.workspaceId,
    origin: hold.origin,
    reason: hold.reason,
    placedBy: toWireText(hold.placedBy),
    byOperator: hold.byOperator,
    placeTime: toWireTime(hold.placeTime),
    releasedBy: toWireText(hold.releasedBy),
    releaseTime: toWireTime(hold.releaseTime),
  };
}
