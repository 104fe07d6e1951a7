export * from './log-level.js';
export * from './log.js';
export * from './metrics.js';
