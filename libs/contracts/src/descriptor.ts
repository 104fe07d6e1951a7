import { readFileSync } from 'node:fs';
import { BinaryReader } from '@bufbuild/protobuf/wire';

/** A FileDescriptorSet. Beside `src` and `dist` alike. */
const DESCRIPTOR_SET = new URL('../src/gen/descriptor.binpb', import.meta.url);

/**
 * The compiled proto files, each a FileDescriptorProto as the compiler wrote it: what gRPC reflection hands out. They are
 * not decoded here, for a reader that forgets their imports makes them useless to every client that checks them.
 */
export function readFileDescriptors(): Buffer[] {
  const set = new BinaryReader(readFileSync(DESCRIPTOR_SET));
  const files: Buffer[] = [];
  while (set.pos < set.len) {
    set.tag(); // the set's only field: repeated FileDescriptorProto file = 1
    files.push(Buffer.from(set.bytes()));
  }
  return files;
}
