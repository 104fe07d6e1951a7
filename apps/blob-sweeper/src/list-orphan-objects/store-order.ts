/** Whether a key comes behind another in the order of stores: UTF-8's. */
export const isBehind = (key: string, other: string): boolean =>
  Buffer.compare(Buffer.from(key), Buffer.from(other)) > 0;
