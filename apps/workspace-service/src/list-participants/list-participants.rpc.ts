import type { ListParticipantsResponse } from '@lethe/contracts';
import type { RequiredParticipants } from '../deletion/participants.js';

export const listParticipantsRpc =
  (participants: RequiredParticipants) => (): Promise<ListParticipantsResponse> =>
    Promise.resolve({
      participants: [...participants].map(([participant, givesBlockEvidence]) => ({
        participant,
        givesBlockEvidence,
      })),
    });
