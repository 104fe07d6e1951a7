/** The services that must report before a certificate is written; `true` for those that must give block evidence. */
export type RequiredParticipants = ReadonlyMap<string, boolean>;

/** Callers with rights of their own, and the name under which the certificate counts what this service removed. */
const RESERVED = ['gateway', 'operator', 'workspace-service'];

/**
 * `name[:blocks],name[:blocks]`. Two participants at least must count blocks, so that no count stands unchecked.
 *
 * @throws Error with a sentence that says what to do.
 */
export function parseParticipants(text: string): RequiredParticipants {
  const participants = new Map<string, boolean>();
  for (const entry of text.split(',').map((part) => part.trim())) {
    const match = /^([a-z][a-z0-9-]*)(:blocks)?$/.exec(entry);
    if (!match?.[1]) throw new Error('write each participant as name or name:blocks, separated by commas');
    if (RESERVED.includes(match[1]))
      throw new Error(`${match[1]} calls as itself and cannot be a participant`);
    if (participants.has(match[1])) throw new Error(`the participant ${match[1]} is named twice`);
    participants.set(match[1], match[2] !== undefined);
  }
  if ([...participants.values()].filter(Boolean).length < 2)
    throw new Error('name at least two participants with :blocks, whose evidence can be compared');
  return participants;
}
