/** A whole desktop with a real display and a real browser, used through the holder's socket. */
import { access } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RawClient } from '../rfb/index.ts';
import { type ChannelStream, programCalls, RealDesktop, SESSION } from '../testing/index.ts';

/** Colour of the page that fills the browser. */
const TEAL = 0x008080;
const RED = 0xff0000;
/** A point inside the page. */
const PAGE = [640, 500] as const;
const ADDRESS_BAR = [640, 63] as const;
const CTRL = 0xffe3;
const RETURN = 0xff0d;
const page = (colour: number) =>
  `data:text/html,<body style="background:%23${hex(colour)}" onkeydown="document.body.style.background='red'">`;
const hex = (colour: number) => colour.toString(16).padStart(6, '0');

let desktop: RealDesktop;

beforeAll(async () => {
  desktop = await RealDesktop.start(['--url', page(TEAL)]);
});
afterAll(() => desktop[Symbol.asyncDispose]());

async function screen(
  meta = {},
): Promise<{ client: RawClient; stream: ChannelStream; colour(): number | undefined }> {
  const stream = await desktop.consumer.open('vnc', meta);
  const client = await RawClient.connect(stream);
  return { client, stream, colour: () => client.pixel(client.width >> 2, client.height >> 1) };
}

test('a viewer whose path is lost goes on with the same stream', async () => {
  const { client, stream } = await screen();
  await client.until(() => client.canResize);
  desktop.disconnect();
  await desktop.connect();
  client.resize(1000, 700);
  await client.until(() => client.width === 1000);
  expect(stream.channel.isClosed).toBe(false);
  client.resize(1280, 720);
  await client.until(() => client.width === 1280);
  client.close();
});

test('a program drives the browser, a viewer sees it, and the viewer can take the controls', async () => {
  const { client, colour } = await screen();
  const stream = await desktop.consumer.open('cdp');
  const call = programCalls(stream);
  const { result } = await call('Target.getTargets');
  const [target] = (result as { targetInfos: { targetId: string; type: string }[] }).targetInfos.filter(
    ({ type }) => type === 'page',
  );
  const attached = await call('Target.attachToTarget', { targetId: target!.targetId, flatten: true });
  const { sessionId } = attached.result as { sessionId: string };
  await call('Page.navigate', { url: page(TEAL) }, sessionId);
  await client.until(() => colour() === TEAL);
  expect(await desktop.control.control({ user: 'u-ann', take: false })).toMatchObject({
    holder: { kind: 'program' },
  });
  expect(await desktop.control.control({ user: 'u-ann', take: true })).toMatchObject({
    holder: { kind: 'viewer' },
  });
  const refused = await call('Page.navigate', { url: page(RED) }, sessionId);
  expect(refused.error?.message).toMatch(/^CONTROL_HELD/);
  expect(colour()).toBe(TEAL);
  client.close();
  stream.destroy();
});

test('a key and the pointer of a viewer reach the page, and the viewer sees what they do', async () => {
  const { client, colour } = await screen();
  await client.until(() => colour() === TEAL);
  client.pointer(...PAGE, 1);
  client.pointer(...PAGE, 0);
  client.key('r'.charCodeAt(0), true);
  client.key('r'.charCodeAt(0), false);
  await client.until(() => colour() === RED);
  client.close();
});

test('keys that come at once after a click or a shortcut reach what they are meant for', async () => {
  const { client, colour } = await screen();
  const press = (keysym: number) => {
    client.key(keysym, true);
    client.key(keysym, false);
  };
  const withCtrl = (letter: string) => {
    client.key(CTRL, true);
    press(letter.charCodeAt(0));
    client.key(CTRL, false);
  };
  const toAddressBar = [
    () => {
      client.pointer(...ADDRESS_BAR, 1);
      client.pointer(...ADDRESS_BAR, 0);
      // Where the address bar had the focus already, a click selects nothing.
      withCtrl('a');
    },
    () => withCtrl('l'),
  ];
  for (let round = 1; round <= 8; round++) {
    const wanted = round * 0x150b0d;
    // A page that handles keys slowly. It gives a key more time to overtake a shortcut.
    const slow = `data:text/html,<body bgcolor=%23${hex(wanted)} onkeydown="for(let t=Date.now();Date.now()<t+50;);">`;
    client.pointer(...PAGE, 1);
    client.pointer(...PAGE, 0);
    toAddressBar[round % 2]!();
    for (const character of slow) press(character.charCodeAt(0));
    press(RETURN);
    await client.until(() => colour() === wanted);
  }
  client.close();
});

test('somebody who may only watch changes nothing and can’t drive the browser', async () => {
  desktop.consumer.auth = { rights: 'read', guest: true };
  const { client } = await screen();
  await client.until(() => client.hasPixels);
  client.resize(800, 600);
  const refused = await desktop.consumer.open('cdp');
  expect((await refused.over.promise).code).toBe('READ_ONLY');
  desktop.consumer.auth = {};
  const own = await screen();
  await own.client.until(() => own.client.hasPixels);
  expect([own.client.width, own.client.height]).toEqual([1280, 720]);
  for (const each of [client, own.client]) each.close();
});

test('a picture of the whole desktop is the one that viewers see', async () => {
  const { png, width, height, more } = await desktop.control.screenshot({});
  expect([width, height, more]).toEqual([1280, 720, false]);
  expect(Buffer.from(png).subarray(1, 4).toString()).toBe('PNG');
});

test('another start of the session is refused as superseded', async () => {
  desktop.consumer.auth = { sessionId: SESSION, attempt: 2 };
  const stream = await desktop.consumer.open('vnc');
  expect((await stream.over.promise).code).toBe('SUPERSEDED');
  desktop.consumer.auth = {};
});

test('the end is told with its reason, and leaves the last status behind', async () => {
  const { client, stream } = await screen();
  await client.until(() => client.hasPixels);
  await desktop.control.end({ code: 'OK', reason: 'You ended it.' });
  expect(await stream.over.promise).toMatchObject({ code: 'SESSION_ENDED', message: 'You ended it.' });
  expect(await desktop.reached('ended')).toMatchObject({ reason: 'You ended it.' });
  desktop.disconnect();
  await desktop.exited();
  await access(`${desktop.folder}/end.json`);
});
