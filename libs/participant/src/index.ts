export * from './authority.js';
export * from './authority-settings.js';
export { createErasing, type Erase, type Erased, type ErasingOptions } from './erase-granted.js';
export * from './participant.js';
