import { Client, credentials, Metadata, type ServiceError, type status } from '@grpc/grpc-js';
import { fromBinary, fromJsonString, toBinary, toJson, type DescMethod } from '@bufbuild/protobuf';
import { Status } from '@lethe/contracts';
import { Reflection } from './reflection.js';

export interface Call {
  /** `host:port`, without TLS. */
  readonly address: string;
  /** Sent as `authorization: Bearer …`. */
  readonly token: string | undefined;
  readonly maxSeconds: number;
}

/** What a call ended with other than OK. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly code: status,
    message: string,
    /** Each as JSON, with its `@type`. */
    readonly details: readonly unknown[],
  ) {
    super(message);
  }
}

/** One conversation with a server that is known by its own reflection alone. */
export class Connection {
  readonly #client: Client;
  readonly #metadata = new Metadata();
  readonly #deadline: number;
  readonly #reflection: Reflection;

  constructor({ address, token, maxSeconds }: Call) {
    this.#client = new Client(address, credentials.createInsecure());
    if (token !== undefined) this.#metadata.set('authorization', `Bearer ${token}`);
    this.#deadline = Date.now() + maxSeconds * 1_000;
    this.#reflection = new Reflection(this.#client, this.#metadata, this.#deadline);
  }

  listServices(): Promise<string[]> {
    return this.#reflection.listServices();
  }

  async listMethods(service: string): Promise<string[]> {
    const found = (await this.#reflection.filesOf(service)).getService(service);
    if (found === undefined) throw new Error(`${service} is no service`);
    return found.methods.map((method) => `${service}.${method.name}`).sort();
  }

  /**
   * Calls `service/method` with a request as JSON, and answers with each response as JSON.
   *
   * @throws Error when the server has no such method, or the request has a field that the method does not know.
   * @throws Refused with the status and its details.
   */
  async *call(path: string, request: string): AsyncGenerator {
    const [, service = '', name = ''] = /^\/?([\w.]+)[/.](\w+)$/.exec(path) ?? [];
    const files = await this.#reflection.filesOf(service);
    const method = files.getService(service)?.methods.find((candidate) => candidate.name === name);
    if (method === undefined) throw new Error(`${service} has no method ${name}`);
    if (method.methodKind === 'client_streaming' || method.methodKind === 'bidi_streaming')
      throw new Error(`${name} takes a stream of requests, which this client does not send`);
    const bytes = toBinary(method.input, fromJsonString(method.input, request, { registry: files }));
    try {
      for await (const answer of this.#send(method, Buffer.from(bytes)))
        yield toJson(method.output, fromBinary(method.output, answer), { registry: files });
    } catch (error) {
      throw await this.#asRefused(error as ServiceError);
    }
  }

  /** A unary call is a stream of one. */
  #send(method: DescMethod, request: Buffer): AsyncIterable<Buffer> {
    const raw = (bytes: Buffer) => bytes;
    const path = `/${method.parent.typeName}/${method.name}`;
    const options = { deadline: this.#deadline };
    return this.#client.makeServerStreamRequest(path, raw, raw, request, this.#metadata, options);
  }

  async #asRefused({ code, details, metadata }: ServiceError): Promise<Refused> {
    const [packed] = metadata.get('grpc-status-details-bin');
    const sent = Buffer.isBuffer(packed) ? Status.decode(packed).details : [];
    return new Refused(code, details, await Promise.all(sent.map((detail) => this.#detail(detail))));
  }

  /** The server knows the types of its details too. */
  async #detail({ typeUrl, value }: { typeUrl: string; value: Buffer }): Promise<unknown> {
    const type = typeUrl.slice(typeUrl.lastIndexOf('/') + 1);
    const schema = (await this.#reflection.filesOf(type).catch(() => undefined))?.getMessage(type);
    if (schema === undefined) return { '@type': typeUrl, '@value': value.toString('base64') };
    return { '@type': typeUrl, ...(toJson(schema, fromBinary(schema, value)) as object) };
  }

  close(): void {
    this.#client.close();
  }
}
