/** An answer of the gateway. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export type Rest = (method: string, path: string, body?: unknown) => Promise<Answer>;

/** A REST consumer with its token. */
export function restClient(gatewayUrl: string, token: string): Rest {
  return async (method, path, body) => {
    const response = await fetch(gatewayUrl + path, {
      method,
      headers: {
        accept: '*/*',
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  };
}

/** The body of an answer that must be a success. */
export async function expectOk(answer: Promise<Answer>): Promise<Answer['body']> {
  const { status, body } = await answer;
  if (status < 200 || status > 299) throw new Error(`answered ${status}: ${JSON.stringify(body)}`);
  return body;
}
