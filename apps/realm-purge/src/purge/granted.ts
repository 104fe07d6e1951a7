import type { Authority } from '@lethe/participant';
import { attention, type Step } from './step.js';

/**
 * A step that destroys, behind one more question. An authority that shows no such grant any more was set back (a restored backup):
 * what it believes alive must not be destroyed further by what was known before.
 */
export const granted =
  (authority: Authority, step: Step): Step =>
  async (purge) => {
    const grant = await authority.grant(purge.realm_id, purge.epoch);
    if (grant === undefined)
      return attention('the authority shows no grant for a purge that is under way: it has been rewound');
    if (grant.organizationId !== purge.organization_id)
      return attention('the authority shows the grant for another organization than before');
    return step(purge);
  };
