import { writeFileSync } from 'node:fs';
import { test } from 'vitest';
import { RawClient } from '../rfb/index.ts';
import { RealDesktop } from '../testing/index.ts';
test('shot', async () => {
  await using desktop = await RealDesktop.start(['--start-url', 'data:text/html,<body style="background:%23008080">']);
  const shot = async (n: string) => writeFileSync(`/tmp/shot-${n}.png`, (await desktop.control.screenshot({})).png);
  await shot('a');
  const client = await RawClient.connect(await desktop.consumer.open('vnc'));
  await client.until(() => client.updates > 0);
  console.log(client.pixel(640, 360)?.toString(16));
  client.key(0xffe3, true); client.key(0x6c, true); client.key(0x6c, false); client.key(0xffe3, false);
  for (const c of 'data:text/html,<body bgcolor=red>') { client.key(c.charCodeAt(0), true); client.key(c.charCodeAt(0), false); }
  client.key(0xff0d, true); client.key(0xff0d, false);
  await new Promise((r) => setTimeout(r, 3000));
  await shot('b');
  console.log(client.pixel(640, 360)?.toString(16), client.updates);
});
