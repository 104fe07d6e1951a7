import { createMetrics } from '@lethe/telemetry';
import { describe, expect, it } from 'vitest';
import { createAdminServer } from './admin-server.js';

const metrics = createMetrics('test');

describe('the admin server', () => {
  it('tells what is away, and lives on', async () => {
    let away = true;
    const probe = () => (away ? Promise.reject(new Error('away')) : Promise.resolve());
    const admin = createAdminServer('[::1]:0', metrics, { postgres: probe });
    await admin.start();
    const get = async (path: string) => {
      const response = await fetch(`http://${admin.address}${path}`);
      return [response.status, await response.text()];
    };
    expect(await get('/readyz')).toEqual([503, 'away: postgres\n']);
    away = false;
    expect(await get('/readyz')).toEqual([200, 'ready\n']);
    expect(await get('/healthz')).toEqual([200, 'ok\n']);
    expect((await get('/metrics'))[1]).toContain('lethe_loop_items_total');
    expect((await get('/else'))[0]).toBe(404);
    await admin.stop();
  });
});
