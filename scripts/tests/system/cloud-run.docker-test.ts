/**
 * A desktop on Cloud Run in a real container, which dials a hub on the bridge's address. Its budget of a cent is kept
 * in real time, although most of it is spent on bytes, and its receipt agrees with the ledger.
 */
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CloudWorld } from '../../testing/cloud-world.ts';
import { runningDesktop, whenDesktop } from '../../testing/desktops.ts';
import { DockerContainers } from '../../testing/docker-containers.ts';

const BUDGET = 0.01;
/** Dollars for a vCPU second, a GiB second and 10^9 sent bytes. With these, a cent is 150 s, or 67 MB. */
const PRICES = { perCpuSecond: 1 / 30_000, perGibSecond: 0, perSentGb: 0.15 };
const CPUS = 2;
const MB = 1e6;
const FILE = 'large.bin';

const containers = new DockerContainers();
let world: CloudWorld;

beforeAll(async () => {
  world = await CloudWorld.start({
    host: await containers.host(),
    run: (spec) => containers.run(spec),
    options: ['--desktop-prices', Object.values(PRICES).join(',')],
  });
});
afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
  await containers[Symbol.asyncDispose]();
});

test('a session that sends much ends before it has cost more than its budget, and the receipt is true', async () => {
  const ada = await world.user('ada');
  await ada.api.vnc.create.mutate({ budget: BUDGET });
  const { sessionId, jobName } = await runningDesktop(ada);
  const { url } = await ada.api.vnc.connect.mutate({ sessionId, to: 'cdp' });
  const browser = await chromium.connectOverCDP(url);
  await browser
    .contexts()[0]!
    .pages()[0]!
    .evaluate(`{
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([new Uint8Array(${4 * MB})]));
    link.download = '${FILE}';
    link.click();
  }`);
  const desktop = ada.desktop(sessionId);
  await expect.poll(async () => (await desktop.files()).downloads.length).toBe(1);
  await browser.close();
  let received = 0;
  const downloads = (async () => {
    for (;;) {
      const { stream } = await desktop.download(FILE);
      for await (const bytes of stream) received += bytes.length;
    }
  })();
  await expect(downloads).rejects.toThrow();

  const { code, reason } = await whenDesktop(ada, ({ status }) => status === 'stopped');
  expect([code, reason]).toEqual(['BUDGET_SPENT', 'Its budget was spent.']);
  const [receipt] = await ada.api.vnc.receipts.query();
  const { seconds } = world.fake.ledger.billed(Date.now(), jobName);
  expect(receipt!.cost).toBeLessThanOrEqual(1.01 * BUDGET);
  const truth = seconds * CPUS * PRICES.perCpuSecond + (receipt!.sentBytes / 1e9) * PRICES.perSentGb;
  expect(truth).toBeLessThanOrEqual(1.01 * BUDGET);
  // The bytes have ended it, and not the time.
  expect(received).toBeGreaterThan(10 * MB);
  expect(receipt!.sentBytes).toBeGreaterThan(received);
  expect(Math.abs(receipt!.cpuSeconds / (seconds * CPUS) - 1)).toBeLessThan(0.01);
});
