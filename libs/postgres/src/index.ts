export * from './away.js';
export * from './database.js';
export * from './listener.js';
export * from './migrations.js';
export * from './pool.js';
export * from './query.js';
export * from './transaction.js';
