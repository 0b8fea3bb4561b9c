/** The counters and gauges that a hub exports at /metrics. */
import { systemClock } from '@unicore/protocol';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LocalWorld } from '../backplane/index.ts';
import { dialLeg } from '../sockets/testing/dial-leg.ts';
import { openTerminal } from '../sockets/testing/test-consumer.ts';
import { joinTestAgent, type TestAgent } from '../testing/agent.ts';
import { startTestApp, type TestApp } from '../testing/app.ts';
import { createMetrics } from './index.ts';

test('every event is exported under fixed labels', async () => {
  const metrics = createMetrics({
    phases: async () => new Map([['running', 2]]),
    backplaneUp: async () => false,
    waiting: () =>
      new Map([
        ['consumer', 10],
        ['hub', 1],
        ['relay', 2],
      ]),
    queueBytes: 1000,
    draining: () => true,
  });
  metrics.message('mail', 'out', 100);
  metrics.message('mail', 'out', 50);
  metrics.stray('consumer');
  metrics.purged();
  metrics.resumed(70, true);
  metrics.legs('mail', 'dialled', 1);
  metrics.lost('mail', 'PEER_SILENT');
  metrics.unreached('direct', 'LEG_LOST');
  metrics.stalled(1500);
  metrics.strayMail();
  const gone = metrics.buffers('provider', () => 7);
  metrics.buffers('provider', () => 8);
  gone();
  const { text } = await metrics.read();
  for (const line of [
    'unicore_vms{state="running"} 2',
    'unicore_backplane_up 0',
    'unicore_draining 1',
    'unicore_queue_bytes{to="consumer"} 10',
    'unicore_queue_bytes{to="provider"} 0',
    'unicore_queue_bytes{to="hub"} 3',
    'unicore_queue_limit_bytes 1000',
    'unicore_leg_messages_total{kind="mail",direction="out"} 2',
    'unicore_leg_bytes_total{kind="mail",direction="out"} 150',
    'unicore_stray_frames_total{kind="consumer"} 1',
    'unicore_purged_total 1',
    'unicore_resume_seconds_bucket{le="0.05",result="joined"} 0',
    'unicore_resume_seconds_bucket{le="0.1",result="joined"} 1',
    'unicore_hub_legs{way="mail",end="dialled"} 1',
    'unicore_hub_legs_lost_total{way="mail",code="PEER_SILENT"} 1',
    'unicore_hub_unreached_total{way="direct",code="LEG_LOST"} 1',
    'unicore_hub_mail_stalls_total 1',
    'unicore_hub_mail_stalled_seconds_total 1.5',
    'unicore_hub_mail_stray_total 1',
    'unicore_socket_buffered_bytes{kind="provider"} 8',
  ]) {
    expect(text.split('\n')).toContain(line);
  }
  expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds \d/m);
  expect(text).toMatch(/^process_resident_memory_bytes \d/m);
});

test('round trips are exported as a histogram by kind of leg', async () => {
  const metrics = createMetrics({
    phases: async () => new Map(),
    backplaneUp: async () => true,
    waiting: () => new Map(),
    queueBytes: 1000,
    draining: () => false,
  });
  for (const ms of [0.15, 0.9, 30, 5000]) metrics.measured('provider', ms);
  const lines = (await metrics.read()).text
    .split('\n')
    .filter((line) => /^unicore_leg_rtt_seconds.*kind="provider"/.test(line))
    .map((line) => line.replace(/^unicore_leg_rtt_seconds_/, ''));
  expect(lines).toContain('bucket{le="0.0002",kind="provider"} 1');
  expect(lines).toContain('bucket{le="0.001",kind="provider"} 2');
  expect(lines).toContain('bucket{le="0.05",kind="provider"} 3');
  expect(lines).toContain('bucket{le="2",kind="provider"} 3');
  expect(lines).toContain('bucket{le="+Inf",kind="provider"} 4');
  expect(lines).toContain('count{kind="provider"} 4');
  expect(lines.find((line) => line.startsWith('sum'))).toMatch(/ 5\.03/);
});

describe('two hubs', () => {
  let here: TestApp;
  let there: TestApp;
  let agent: TestAgent;

  beforeEach(async () => {
    const world = new LocalWorld(systemClock);
    here = await startTestApp({}, { backplane: world.join() });
    there = await startTestApp({ dataDir: here.config.dataDir }, { backplane: world.join() });
    agent = await joinTestAgent(there);
    await agent.connect();
  });
  afterEach(async () => {
    await there.stop();
    await here.stop();
  });

  const shown = async (hub: TestApp) => (await (await fetch(`${hub.url}/metrics`)).text()).split('\n');

  test('both export a channel between them by origin and destination, and their leg, its messages and a resume', async () => {
    const { vmId } = await here.owner.api.vm.create.mutate({});
    await expect.poll(async () => (await here.owner.api.vm.get.query({ vmId })).state).toBe('running');
    const dial = () => dialLeg(`${here.url}/consumer`, { hello: { token: here.owner.token } });
    let consumer = await dial();
    const { opener, attached } = openTerminal({ leg: () => consumer.leg, open: { vmId }, resume: true });
    await attached;
    const [near, far] = [await shown(here), await shown(there)];
    expect(near).toContain('unicore_channels{from="consumer",to="hub"} 1');
    expect(far).toContain('unicore_channels{from="hub",to="provider"} 1');
    expect(near).toContain('unicore_hub_legs{way="mail",end="dialled"} 1');
    expect(far).toContain('unicore_hub_legs{way="mail",end="accepted"} 1');
    expect(near).not.toContain('unicore_leg_messages_total{kind="mail",direction="out"} 0');
    expect(far).not.toContain('unicore_leg_messages_total{kind="mail",direction="in"} 0');
    expect(near).toContain('unicore_resume_seconds_count{result="joined"} 0');
    consumer.ws.terminate();
    await consumer.closed;
    consumer = await dial();
    opener.attach();
    await expect
      .poll(() => shown(here))
      .toContainEqual(expect.stringMatching(/^unicore_resume_seconds_count{result="joined"} [1-9]/));
    consumer.ws.terminate();
  });
});
