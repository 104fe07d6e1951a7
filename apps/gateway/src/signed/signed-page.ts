import { PAGE_POLICY, pageOf } from '@lethe/certificate';
import type { WorkspaceServiceClient } from '@lethe/contracts';
import type { GrpcCaller } from '@lethe/service';
import type { FastifyReply } from 'fastify';
import type { JSONWebKeySet } from 'jose';
import { HTML } from '../http/html-answer.js';

const POLICY = `${PAGE_POLICY}; frame-ancestors 'none'`;

/** Answers a signed document as a page, verified against the keys that are published at this moment. */
export async function sendPage(
  reply: Pick<FastifyReply, 'request'>,
  workspaces: GrpcCaller<WorkspaceServiceClient>,
  kind: 'certificate' | 'statement',
  jws: string,
): Promise<never> {
  const { jwksJson } = await workspaces.unary(
    (client) => client.listCertificateKeys,
    {},
    { requestId: reply.request.id },
  );
  const html = await pageOf(kind, jws, JSON.parse(jwksJson) as JSONWebKeySet);
  // What is described as JSON and as a page is typed as JSON.
  return (reply as FastifyReply).type(HTML).header('content-security-policy', POLICY).send(html) as never;
}
