/** A property of restore-vs-purge.pml, by the name of its ltl formula. Each run also checks every assertion it comes by. */
export type Property =
  'norestore' | 'holdprevents' | 'complete' | 'purged' | 'neverpurged' | 'neverorphan' | 'neverheld';

/** `holds`; else the assertion that fails first (as pan prints it, without parentheses), 'the property' itself, or 'a cycle'. */
export type Expected = 'holds' | { readonly fails: string };

export interface Variant {
  /** What the model is compiled with. */
  readonly flags: readonly string[];
  readonly says: string;
  readonly expected: Partial<Record<Property, Expected>>;
}

const fails = (by: string): Expected => ({ fails: by });
const PROPERTY = fails('the property');
const CYCLE = fails('a cycle');

/** What something was destroyed of, or would be, by an answer that had been true. */
const LIVE = fails('ws==DELETED&&due[epoch]');
const FALSE_CERTIFICATE = fails('!meta&&!other&&!obj[0]&&!obj[1]');
const WITHOUT_GRANT = fails('ws==PURGING||ws==PURGED');

/** The designs that have to hold. */
const SOUND: Variant[] = [
  {
    flags: [],
    says: 'the grant, and every message arrives at last',
    expected: {
      norestore: 'holds',
      holdprevents: 'holds',
      complete: 'holds',
      purged: 'holds',
      // These say "this never happens" of what has to be possible: else the four above would say nothing.
      neverpurged: PROPERTY,
      neverorphan: PROPERTY,
      neverheld: PROPERTY,
    },
  },
  {
    flags: ['LOSS', 'RECON'],
    says: 'messages get lost, the loops look at rows',
    expected: { norestore: 'holds', complete: 'holds', purged: 'holds' },
  },
  {
    flags: ['FORGE', 'RECON'],
    says: 'somebody forges messages without end',
    expected: { norestore: 'holds', complete: 'holds', purged: 'holds' },
  },
  {
    flags: ['LOSS', 'FORGE', 'RECON', 'RAISE'],
    says: 'Lethe as it is: all of that, and a restore raises the epoch, too',
    expected: {
      norestore: 'holds',
      holdprevents: 'holds',
      complete: 'holds',
      purged: 'holds',
      neverpurged: PROPERTY,
      neverorphan: PROPERTY,
      neverheld: PROPERTY,
    },
  },
];

/** Safe, but it would not come to an end. */
const WITHOUT_LOOPS: Variant[] = [
  {
    flags: ['LOSS'],
    says: 'messages get lost, no loop looks at rows',
    expected: { norestore: 'holds', complete: CYCLE },
  },
  {
    flags: ['FORGE'],
    says: 'a forged message stands in the way of the true one, no loop looks at rows',
    expected: { norestore: 'holds', complete: CYCLE },
  },
];

/** Each is broken on purpose. One that holds is a fault of the model, or of what we believe about it. */
const BROKEN: Variant[] = [
  {
    flags: ['NAIVE'],
    says: 'no grant: the purger trusts the last event and a timer',
    expected: { norestore: LIVE },
  },
  {
    flags: ['EPOCH'],
    says: 'no grant: the purger trusts the highest epoch it saw, and a timer',
    expected: { norestore: LIVE },
  },
  {
    flags: ['CHECK'],
    says: 'no grant: the purger asks, and destroys in a later step',
    expected: { norestore: LIVE },
  },
  {
    flags: ['M_NOSTATE'],
    says: 'the grant does not compare the state',
    expected: { norestore: fails('ws==DELETED') },
  },
  {
    flags: ['M_NOEPOCH'],
    says: 'the grant does not compare the epoch',
    expected: { norestore: fails('due[epoch]') },
  },
  {
    flags: ['M_NODUE'],
    says: 'the grant does not look at the purge time',
    expected: { norestore: fails('due[epoch]') },
  },
  {
    flags: ['M_NOHOLD'],
    says: 'the grant does not look for holds',
    expected: { norestore: fails('!held'), holdprevents: fails('!held') },
  },
  {
    flags: ['M_LATEHOLD'],
    says: 'a hold is placed without a look at the state',
    expected: { norestore: 'holds', holdprevents: PROPERTY },
  },
  {
    flags: ['M_NOORPHAN'],
    says: "an orphan's grant does not look whether it is one still",
    expected: { norestore: fails('ws==ACTIVE&&revoked&&orphanDue') },
  },
  {
    flags: ['M_NOSEQUESTER'],
    says: "an orphan's grant does not look for a sequester",
    expected: { norestore: fails('!sequestered') },
  },
  {
    flags: ['M_NOORPHANHOLD'],
    says: "an orphan's grant does not look for holds",
    expected: { norestore: fails('!held'), holdprevents: fails('!held') },
  },
  {
    flags: ['M_NOASK', 'FORGE'],
    says: 'realm-purge believes the message and does not ask for the grant',
    expected: { norestore: WITHOUT_GRANT },
  },
  {
    flags: ['M_NOREPORT'],
    says: 'the certificate waits for the blocks, not for every participant',
    expected: { norestore: FALSE_CERTIFICATE },
  },
  {
    flags: ['PARTIAL'],
    says: 'the sweeper takes HTTP 200 for "all deleted"',
    expected: { norestore: FALSE_CERTIFICATE },
  },
];

/** What a second guard behind the first is worth: the fault of M_NOSTATE cannot happen where a restore raises the epoch. */
const BEHIND: Variant[] = [
  {
    flags: ['M_NOSTATE', 'RAISE'],
    says: 'the grant does not compare the state, but the epoch, which a restore raises',
    expected: { norestore: 'holds' },
  },
];

/** Every variant with what is expected of it: the one place where that is said. */
export const VARIANTS: readonly Variant[] = [...SOUND, ...WITHOUT_LOOPS, ...BROKEN, ...BEHIND];

export const nameOf = ({ flags }: Variant): string => flags.map((flag) => `-D${flag}`).join(' ') || '(none)';
