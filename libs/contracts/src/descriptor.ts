import { fileURLToPath } from 'node:url';

/** The compiled proto files (a FileDescriptorSet), for gRPC reflection. Beside `src` and `dist` alike. */
export const descriptorSetPath = fileURLToPath(new URL('../src/gen/descriptor.binpb', import.meta.url));
