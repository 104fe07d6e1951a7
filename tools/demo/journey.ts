import { writeFile } from 'node:fs/promises';
import { verifyCertificate } from '@lethe/certificate';
import type { JSONWebKeySet } from 'jose';
import { listStored } from '../system/bucket-listing.js';
import { askOracle, type Expectation, type Witnesses } from '../system/oracle.js';
import { expectOk, restClient, type Rest } from '../system/rest.js';
import type { Hands } from '../system/world.js';
import { certificatePage } from './certificate-page.js';
import type { Memory } from './memory.js';
import type { Narrator } from './narrator.js';
import type { Sample } from './sample.js';

const LOOK_MS = 250;

/** Something of the main job did not hold. */
export class DoesNotHold extends Error {}

/** What the journey is told with. */
export interface Stage {
  readonly hands: Hands;
  readonly witnesses: Omit<Witnesses, 'keys'>;
  readonly memory: Memory;
  readonly narrator: Narrator;
  readonly certificateFile: string;
}

/** Step by step before the reader's eyes; throws as soon as anything is off. */
export async function tellJourney(
  { hands, witnesses, memory, narrator, certificateFile }: Stage,
  sample: Sample,
): Promise<void> {
  const path = `/workspace/${sample.doomed.workspaceId}`;

  narrator.chapter('The refusals first');
  const nobody = restClient(hands.system.gatewayUrl, 'no.such.token');
  await expectRefusal(narrator, 'nobody, without a good token', nobody, path, 401);
  await expectRefusal(narrator, 'ben, who may only write', sample.ben, path, 403);
  await expectRefusal(narrator, 'cyd, of another organization', sample.cyd, path, 404);
  await expectRefusal(
    narrator,
    'ada, its ADMIN, with a bucket and a repository in the way',
    sample.ada,
    path,
    400,
  );

  narrator.chapter('Clearing the workspace, then DELETE');
  for (const cleared of [`/repo/${sample.repositoryId}`, `/bucket/${sample.bucketId}`])
    narrator.answer(`DELETE ${cleared}`, await succeeded(sample.ada('DELETE', cleared)));
  narrator.answer(`DELETE ${path}`, await succeeded(sample.ada('DELETE', path)));
  await memory.remember([{ ...sample.doomed, fate: 'purged' }]);
  narrator.answer(`GET ${path}`, await sample.ada('GET', path));

  narrator.chapter('The grace period, the purge and the sweep');
  await followDeletion(sample.ada, path, narrator);

  narrator.chapter('The certificate');
  const { jws } = (await expectOk(sample.ada('GET', `${path}/deletion/certificate`))) as { jws: string };
  const keys = (await expectOk(sample.ada('GET', '/.well-known/jwks.json'))) as unknown as JSONWebKeySet;
  const verification = await verifyCertificate(jws, keys);
  if (verification.kind !== 'verified') throw new DoesNotHold(`the certificate is ${verification.kind}`);
  await writeFile(certificateFile, `${jws}\n`);
  for (const line of certificatePage(verification.claims, verification.keyId)) narrator.say(line);
  narrator.say(`verified against the published key; saved as ${certificateFile}`);

  narrator.chapter('What the databases and the bucket themselves say');
  await countEverything({ ...witnesses, keys }, memory.expectations, narrator);
}

async function expectRefusal(
  narrator: Narrator,
  who: string,
  rest: Rest,
  path: string,
  status: number,
): Promise<void> {
  const answer = await rest('DELETE', path);
  narrator.answer(`DELETE as ${who}`, answer);
  if (answer.status !== status) throw new DoesNotHold(`expected ${status}, got ${answer.status}`);
}

async function succeeded(call: ReturnType<Rest>): ReturnType<Rest> {
  const answer = await call;
  if (answer.status !== 200)
    throw new DoesNotHold(`expected 200, got ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer;
}

interface Progress {
  readonly blocksTotal: number;
  readonly blocksSwept: number;
  readonly blocksRetained: number;
}
interface DeletionBody {
  readonly state: string;
  readonly purgeTime?: string;
  readonly progress?: Progress | null;
  readonly conditions: readonly { readonly type: string; readonly message: string }[];
}

/** Looks at the deletion as any consumer would, until it has its certificate. */
export async function followDeletion(rest: Rest, path: string, narrator: Narrator): Promise<void> {
  let told = '';
  for (;;) {
    const { deletion } = (await expectOk(rest('GET', `${path}/deletion`))) as unknown as {
      deletion: DeletionBody;
    };
    const { state, progress } = deletion;
    if (state !== told && state === 'scheduled')
      narrator.say(
        `scheduled: restorable until ${deletion.purgeTime ?? 'somebody gives the organization a policy'}`,
      );
    if (state !== told && state === 'purging') narrator.say('granted: from here on nothing can restore it');
    told = state;
    if (state === 'restored') throw new DoesNotHold('the workspace was restored');
    if (progress && progress.blocksTotal > 0)
      narrator.progress('blocks gone', progress.blocksSwept + progress.blocksRetained, progress.blocksTotal);
    if (state === 'purged') return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function countEverything(
  witnesses: Witnesses,
  expectations: readonly Expectation[],
  narrator: Narrator,
): Promise<void> {
  const findings = await askOracle(witnesses, expectations);
  const { anything: objects } = await listStored(witnesses);
  const blocksOf = (fate: Expectation['fate']) =>
    expectations
      .filter((expected) => expected.fate === fate)
      .flatMap(({ organizationId, blocks }) => blocks.map((id) => `${organizationId}/${id}`));
  const present = (keys: readonly string[]) => keys.filter((key) => objects.has(key)).length;
  const [purged, living] = [blocksOf('purged'), blocksOf('lives')];
  narrator.say(`in the bucket, of the deleted blocks: ${present(purged)} of ${purged.length}`);
  narrator.say(`in the bucket, of all other blocks:   ${present(living)} of ${living.length}`);
  narrator.say(
    `wrong deletions ${findings.wrongDeletions.length}, leftovers ${findings.leftovers.length}, ` +
      `false certificates ${findings.falseCertificates.length}, doubled effects ${findings.doubledEffects.length}`,
  );
  const all = Object.values(findings).flat() as string[];
  if (all.length > 0 || present(purged) > 0 || present(living) < living.length)
    throw new DoesNotHold(all.join('; '));
}
