import { defineConfig } from 'vitest/config';

// Workspace packages resolve to their TypeScript sources, so that a test never meets a stale build.
const conditions = ['@lethe/source', 'node', 'development|production'];
const sources = { resolve: { conditions }, ssr: { resolve: { conditions } } };

const exclude = ['**/dist/**', '**/node_modules/**', '**/.nx/**', '**/.lethe/**'];
const realServers = ['tools/embedded/vitest-setup.ts'];

/** Named by what a test meets: nothing, real servers, or the whole system; in that order, since that is their price. */
export default defineConfig({
  test: {
    pool: 'forks',
    projects: [
      {
        ...sources,
        test: {
          name: 'pure',
          include: ['**/*.test.ts'],
          exclude: [...exclude, '**/*.db.test.ts', '**/*.e2e.test.ts'],
          testTimeout: 10_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        ...sources,
        test: {
          name: 'db',
          include: ['**/*.db.test.ts'],
          exclude,
          globalSetup: realServers,
          testTimeout: 30_000,
          hookTimeout: 60_000,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...sources,
        test: {
          name: 'e2e',
          include: ['**/*.e2e.test.ts'],
          exclude,
          globalSetup: realServers,
          testTimeout: 180_000,
          hookTimeout: 120_000,
          // Each starts every service: two at a time would measure each other.
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
