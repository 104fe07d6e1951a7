export type { RecordedCall } from './scripted-service.js';
