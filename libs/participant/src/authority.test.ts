import { status, type handleUnaryCall } from '@grpc/grpc-js';
import {
  DeletionKind,
  PurgeAuthorityServiceService,
  type ErasureEvidence,
  type Grant,
  type PurgeAuthorityServiceServer,
} from '@lethe/contracts';
import { RefusalError } from '@lethe/outcome';
import { createGrpcServer, type GrpcServer } from '@lethe/service';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createAuthority, type Authority } from './authority.js';

const workspaceId = crypto.randomUUID();
const grantOf = (epoch: number, id = workspaceId): Grant => ({
  deletionId: crypto.randomUUID(),
  organizationId: 'org1',
  workspaceId: id,
  epoch,
  kind: DeletionKind.DELETION_PLANNED,
  grantTime: undefined,
  participants: [],
  paused: false,
  blocksKept: false,
  retries: 0,
  replayOf: '',
  sweepTime: undefined,
  blocksDue: true,
});
const evidence: ErasureEvidence = { removed: { rows: 1 }, blocks: undefined };

/** What the server says to whatever is asked: an answer, a refusal's reason, or nothing at all. */
let says: unknown;
let asked: unknown[];
let tokens: unknown[];
let server: GrpcServer;
let authority: Authority;

const scripted: handleUnaryCall<unknown, never> = ({ request, metadata }, callback) => {
  asked.push(request);
  tokens.push(metadata.get('authorization')[0]);
  const answer = typeof says === 'function' ? (says as (r: unknown) => unknown)(request) : says;
  if (answer === undefined) callback({ code: status.UNAVAILABLE, details: 'away' });
  else if (typeof answer === 'string') {
    const refusal = new RefusalError({ code: status.NOT_FOUND, reason: answer, message: 'no' });
    callback({ code: refusal.code, details: refusal.details, metadata: refusal.trailers() });
  } else callback(null, answer as never);
};

beforeAll(async () => {
  const methods = Object.keys(PurgeAuthorityServiceService).map((method) => [method, scripted]);
  server = createGrpcServer('authority', '127.0.0.1:0', [
    {
      definition: PurgeAuthorityServiceService,
      implementation: Object.fromEntries(methods) as PurgeAuthorityServiceServer,
    },
  ]);
  await server.start();
});
afterAll(() => server.stop());
beforeEach(() => {
  [says, asked, tokens] = [undefined, [], []];
  authority = createAuthority(server.address, 'secret');
});
afterEach(() => authority.close());

describe('grant', () => {
  it('is what the authority answers, asked with the token, and kept for a moment', async () => {
    const grant = grantOf(2);
    says = { grant };
    expect(await authority.grant(workspaceId, 2)).toEqual(grant);
    says = 'NO_GRANT';
    expect(await authority.grant(workspaceId, 2)).toEqual(grant);
    expect([asked, tokens]).toEqual([[{ workspaceId, epoch: 2 }], ['Bearer secret']]);
  });

  it('is asked for again when the moment is over', async () => {
    const forgetful = createAuthority(server.address, 'secret', { keepMs: 0 });
    says = { grant: grantOf(2) };
    expect(await forgetful.grant(workspaceId, 2)).toBeDefined();
    says = 'NO_GRANT';
    expect(await forgetful.grant(workspaceId, 2)).toBeUndefined();
    forgetful.close();
  });

  it('is never kept when there is none', async () => {
    says = 'NO_GRANT';
    expect(await authority.grant(workspaceId, 2)).toBeUndefined();
    says = { grant: grantOf(2) };
    expect(await authority.grant(workspaceId, 2)).toBeDefined();
    says = 'NO_GRANT';
    expect(await authority.grant(workspaceId, 3)).toBeUndefined();
  });

  it.each([
    ['nothing', {}],
    ['another epoch', { grant: grantOf(3) }],
    ['another workspace', { grant: grantOf(2, crypto.randomUUID()) }],
  ])('is none when the answer is %s', async (_, answer) => {
    says = answer;
    expect(await authority.grant(workspaceId, 2)).toBeUndefined();
  });

  it.each([undefined, 'CALLER_NOT_ALLOWED', 'INTERNAL'])(
    'rejects on %s: that is no answer',
    async (answer) => {
      says = answer;
      await expect(authority.grant(workspaceId, 2)).rejects.toThrow();
    },
  );
});

describe('openGrants', () => {
  it('goes through all pages', async () => {
    const pages = new Map([
      ['', { grants: [grantOf(1)], nextPageToken: 'a' }],
      ['a', { grants: [], nextPageToken: 'b' }],
      ['b', { grants: [grantOf(2), grantOf(3)], nextPageToken: '' }],
    ]);
    says = ({ pageToken }: { pageToken: string }) => pages.get(pageToken);
    const epochs: number[][] = [];
    for await (const grants of authority.openGrants()) epochs.push(grants.map((grant) => grant.epoch));
    expect(epochs).toEqual([[1], [2, 3]]);
  });
});

describe('reportErasure', () => {
  it.each(['EVIDENCE_CHANGED', 'NO_GRANT', 'INVALID_ARGUMENT'])(
    'tells that it was refused with %s',
    async (reason) => {
      says = reason;
      expect(await authority.reportErasure(workspaceId, 1, evidence)).toMatchObject({
        kind: 'refused',
        reason,
      });
    },
  );

  it('is done once the authority says so, and rejects on anything else', async () => {
    says = {};
    expect(await authority.reportErasure(workspaceId, 1, evidence)).toEqual({ kind: 'reported' });
    expect(asked).toEqual([{ workspaceId, epoch: 1, evidence }]);
    for (const answer of [undefined, 'INTERNAL']) {
      says = answer;
      await expect(authority.reportErasure(workspaceId, 1, evidence)).rejects.toThrow();
    }
  });
});
