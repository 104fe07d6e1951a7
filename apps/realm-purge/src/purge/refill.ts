/**
 * A window of pages is filled up again once no more than these are on their way, when a quarter of it is free: a step that gives out
 * a single page costs as much as one that gives out many.
 */
export const refillAt = (windowPages: number): number => windowPages - Math.ceil(windowPages / 4);
