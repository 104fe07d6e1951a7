import type { Client, ClientDuplexStream, Metadata } from '@grpc/grpc-js';
import { create, createFileRegistry, fromBinary, type FileRegistry } from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import {
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  type FileDescriptorProto,
} from '@bufbuild/protobuf/wkt';

const METHOD = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
/** The fields of grpc/reflection/v1/reflection.proto that are used here. */
const ASK = { fileByFilename: 3, fileContainingSymbol: 4, listServices: 7 } as const;
const ANSWER = { files: 4, services: 6, error: 7 } as const;

/** What a server tells of itself (gRPC server reflection v1). */
export class Reflection {
  constructor(
    private readonly client: Client,
    private readonly metadata: Metadata,
    private readonly deadline: number,
  ) {}

  async listServices(): Promise<string[]> {
    return this.#talk(async (ask) => {
      const names = (await ask('listServices', '*')).services.map((service) => textIn(service, 1));
      return names.sort();
    });
  }

  /**
   * Everything that the file with this symbol needs, asked for file by file as grpcurl does.
   *
   * @throws Error when the server does not know the symbol, or its files do not fit together.
   */
  async filesOf(symbol: string): Promise<FileRegistry> {
    return this.#talk(async (ask) => {
      const asked = new Set<string>();
      const file: FileDescriptorProto[] = [];
      const take = async (answer: Answer): Promise<void> => {
        const [bytes] = answer.files;
        if (bytes === undefined) throw new Error('the server answered without a file');
        const taken = fromBinary(FileDescriptorProtoSchema, bytes);
        asked.add(taken.name);
        for (const name of taken.dependency)
          if (!asked.has(name)) await take(await ask('fileByFilename', name));
        file.push(taken); // behind what it imports
      };
      await take(await ask('fileContainingSymbol', symbol));
      return createFileRegistry(create(FileDescriptorSetSchema, { file }));
    });
  }

  async #talk<T>(conversation: (ask: Ask) => Promise<T>): Promise<T> {
    const raw = (bytes: Buffer) => bytes;
    const { client, metadata, deadline } = this;
    const stream = client.makeBidiStreamRequest(METHOD, raw, raw, metadata, { deadline });
    try {
      return await conversation((what, text) => askOn(stream, ASK[what], text));
    } finally {
      stream.on('error', () => undefined).cancel();
    }
  }
}

type Ask = (what: keyof typeof ASK, text: string) => Promise<Answer>;
interface Answer {
  readonly files: Uint8Array[];
  readonly services: Uint8Array[];
}

async function askOn(
  stream: ClientDuplexStream<Buffer, Buffer>,
  field: number,
  text: string,
): Promise<Answer> {
  stream.write(Buffer.from(new BinaryWriter().tag(field, WireType.LengthDelimited).string(text).finish()));
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    stream.once('data', resolve).once('error', reject);
    stream.once('end', () => reject(new Error('the server ended its reflection')));
  });
  const [error] = fieldsOf(bytes, ANSWER.error);
  if (error) throw new Error(textIn(error, 2));
  return {
    files: fieldsOf(bytes, ANSWER.files).flatMap((files) => fieldsOf(files, 1)),
    services: fieldsOf(bytes, ANSWER.services).flatMap((services) => fieldsOf(services, 1)),
  };
}

/** The length-delimited fields of this number. */
function fieldsOf(message: Uint8Array, wanted: number): Uint8Array[] {
  const reader = new BinaryReader(message);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (field === wanted) found.push(reader.bytes());
    else reader.skip(type, field);
  }
  return found;
}

const textIn = (message: Uint8Array, field: number): string =>
  new TextDecoder().decode(fieldsOf(message, field)[0]);
