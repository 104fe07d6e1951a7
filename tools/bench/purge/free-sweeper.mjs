// blob-sweeper as it is built and run, with one store that holds nothing and answers at once.
import { createLogger } from '@lethe/telemetry';
import { runService } from '@lethe/service';
import { createBlobSweeper } from '../../../apps/blob-sweeper/dist/blob-sweeper.js';
import { readConfig } from '../../../apps/blob-sweeper/dist/config.js';

const NOTHING = { items: [], last: undefined };
const free = {
  name: 'free',
  id: '00000000-0000-4000-8000-000000000000',
  kind: 's3',
  place: 'nowhere',
  listsRanges: true,
  identities: async () => ['00000000-0000-4000-8000-000000000000'],
  lockOf: async () => undefined,
  examine: async () => [],
  mayHaveVersions: async () => false,
  deleteKeys: async () => [],
  deleteVersions: async () => [],
  listVersions: async () => NOTHING,
  listUploads: async () => NOTHING,
  abortUpload: async () => undefined,
  probe: async () => undefined,
  describeBucket: async () => ({
    reachable: true,
    versioning: 'none',
    mfaDelete: false,
    objectLock: false,
  }),
  close: () => undefined,
};

runService(() => {
  const config = readConfig();
  const logger = createLogger('blob-sweeper', config.logLevel);
  return { service: createBlobSweeper(config, { logger, stores: [free] }), logger };
});
