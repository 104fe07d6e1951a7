import { one, type Queryable } from '@lethe/postgres';

export async function databaseTime(db: Queryable): Promise<Date> {
  const { now } = await one<{ now: Date }>(db, `select clock_timestamp() as now`, []);
  return now;
}
