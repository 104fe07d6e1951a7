export * from './fault-proxy.js';
export * from './test-bucket.js';
export * from './seeded-faults.js';
