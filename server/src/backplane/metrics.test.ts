import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createBackplaneMeter } from './metrics.ts';

test('metrics show calls and failures by operation, lost and replaced connections, and dropped messages', async () => {
  const registry = new Registry();
  const meter = createBackplaneMeter(registry);
  meter.called('claim', 0.001, true);
  meter.called('claim', 1, false);
  meter.reconnected('commands');
  meter.rebuilt('subscriber');
  meter.dropped();
  const text = await registry.metrics();
  for (const line of [
    'unicore_backplane_seconds_count{operation="claim"} 2',
    'unicore_backplane_failures_total{operation="claim"} 1',
    'unicore_backplane_reconnects_total{connection="commands"} 1',
    'unicore_backplane_rebuilds_total{connection="subscriber"} 1',
    'unicore_backplane_mail_dropped_total 1',
  ]) {
    expect(text).toContain(line);
  }
});
