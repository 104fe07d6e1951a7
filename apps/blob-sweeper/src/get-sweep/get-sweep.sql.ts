import { maybeOne, type Queryable } from '@lethe/postgres';

export function findSweep(
  db: Queryable,
  realmId: string,
): Promise<{ organization_id: string; epoch: number; report_time: Date | null } | undefined> {
  return maybeOne(
    db,
    `select page.organization_id, page.epoch, report.report_time
       from swept_page page
       left join sweep_report report using (realm_id, epoch)
      where page.realm_id = $1
      order by page.epoch desc, page.page_no
      limit 1`,
    [realmId],
  );
}
