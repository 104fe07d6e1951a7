export * from './exhaustive.js';
export * from './refusal.js';
