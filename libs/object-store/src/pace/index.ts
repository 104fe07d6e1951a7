export { createPace, type Pace, type PaceGauges, type PaceTimes } from './pace.js';
export { describeOutage, StoreAwayError, storeOf, type Outage } from './store-away-error.js';
