/** A shared desktop: what people with the link see and may do at two hubs, and how sharing ends. */
import { once } from 'node:events';
import { createUniCore, readShareLink, type Share, type UniCore } from '@unicore/client/sdk';
import { closeError } from '@unicore/protocol';
import type { App } from '@unicore/server/app';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinTokenOf } from '../../testing/agent.ts';
import { DesktopMachine } from '../../testing/desktop-machine.ts';
import { inPhase } from '../../testing/desktops.ts';
import { World } from '../../testing/world.ts';

let world: World;
let other: App;
let machine: DesktopMachine;
let owner: UniCore;
let sessionId: string;
/** Address of the hub to which the guests connect. The machine and the owner are at the other one. */
let far: string;
const clients: UniCore[] = [];

beforeAll(async () => {
  world = new World({});
  await world.startHub();
  machine = new DesktopMachine();
  owner = await world.owner();
  await machine.join(owner, world.url, await joinTokenOf(world.app));
  other = (await world.replaceHub()).old;
  far = `http://127.0.0.1:${world.port}`;
});

afterAll(async () => {
  for (const client of clients) client.close();
  machine?.close();
  await other?.stop();
  await world?.close();
});

async function share(): Promise<Share> {
  const { url } = await owner.api.vnc.share.mutate({ sessionId });
  expect(url.startsWith(`${world.url}/desktop/shared#`)).toBe(true);
  const found = readShareLink(url)!;
  expect(found.sessionId).toBe(sessionId);
  return found;
}

function guest(share: Share, url = far): UniCore {
  const client = createUniCore({ url, share });
  clients.push(client);
  return client;
}

/** Opens the screen. The first bytes of the display have arrived. */
async function watch(client: UniCore) {
  const screen = client.openDesktop(sessionId);
  const closed = once(screen, 'close').then(([event]) => event as CloseEvent);
  await once(screen, 'message');
  return { closed };
}

/** Opens the screen as any VNC client does, by the URL. */
async function watchRaw(link: Share) {
  const anybody = guest(link);
  const { url, phase } = await anybody.api.vnc.guest.mutate(link);
  expect(phase).toBe('running');
  const socket = new WebSocket(url);
  const closed = once(socket, 'close').then(([event]) => event as CloseEvent);
  await once(socket, 'message');
  return { closed };
}

const shared = async () => (await owner.api.vnc.session.mutate()).shared;

test('a link of a desktop that starts says so', async () => {
  ({ sessionId } = await owner.api.vnc.session.mutate());
  const link = await share();
  expect(await guest(link).api.vnc.guest.mutate(link)).toMatchObject({ phase: 'launching' });
  await expect.poll(() => machine.order?.desired).toBe('running');
  await machine.say('running');
  await inPhase(owner, 'running');
});

test('people with the link see the screen at another hub, as guests without an account', async () => {
  const link = await share();
  expect(await shared()).toBe(true);
  await watch(guest(link));
  await watchRaw(link);
  expect(machine.opened).toHaveLength(2);
  for (const auth of machine.opened) {
    expect(auth).toMatchObject({
      rights: 'read',
      guest: true,
      kind: 'vnc',
      user: expect.stringMatching(/^guest-/),
    });
  }
});

test('nothing else opens: no browser, files or controls, no other desktop, no VM and no procedure', async () => {
  const client = guest(await share());
  const before = machine.opened.length;
  const [cdp] = (await once(client.openCdp(sessionId), 'close')) as [CloseEvent];
  expect(closeError(cdp.code)).toBe('FORBIDDEN');
  const desktop = client.desktop(sessionId);
  await expect(desktop.control(true)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(desktop.upload(new Blob(['x']), { name: 'x' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(desktop.download('x')).rejects.toMatchObject({ code: 'FORBIDDEN' });
  for (const open of [() => client.openDesktop('ds-other'), () => client.openTerminal('vm-other')]) {
    const [{ code }] = (await once(open(), 'close')) as [CloseEvent];
    expect(closeError(code)).toBe('NOT_FOUND');
  }
  const { vnc, vm } = client.api;
  for (const call of [
    () => vnc.screenshot.query({ sessionId }),
    () => vnc.control.mutate({ sessionId, take: true }),
    () => vnc.share.mutate({ sessionId }),
    () => vnc.delete.mutate({ sessionId }),
    () => vm.list.query(),
  ]) {
    await expect(call()).rejects.toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
  }
  expect(machine.opened).toHaveLength(before);
});

test('when the owner stops sharing, guests at all hubs lose the screen at once, and the owner does not', async () => {
  const link = await share();
  const own = await watch(owner);
  const guests = [await watch(guest(link)), await watch(guest(link, world.url)), await watchRaw(link)];
  const late = await guest(link).api.vnc.guest.mutate(link);
  expect(await owner.api.vnc.unshare.mutate({ sessionId })).toMatchObject({ sessionId, shared: false });
  for (const { closed } of guests) {
    const { code, reason } = await closed;
    expect(closeError(code)).toBe('UNAUTHENTICATED');
    expect(reason).toMatch(/stopped sharing/);
  }
  const [{ code }] = (await once(new WebSocket(late.url), 'close')) as [CloseEvent];
  expect(closeError(code)).toBe('TICKET_INVALID');
  await expect(guest(link).api.vnc.guest.mutate(link)).rejects.toMatchObject({
    data: { code: 'UNAUTHENTICATED' },
  });
  expect(await Promise.race([own.closed, 'open'])).toBe('open');
});

test('a new link ends the old one', async () => {
  const first = await share();
  const { closed } = await watch(guest(first));
  const second = await share();
  expect(closeError((await closed).code)).toBe('UNAUTHENTICATED');
  await watch(guest(second));
});

test('the desktop’s end is the end of the link', async () => {
  const link = await share();
  const client = guest(link);
  const { closed } = await watch(client);
  await owner.api.vnc.delete.mutate({ sessionId });
  await machine.say('ended');
  const { code, reason } = await closed;
  expect(closeError(code)).toBe('SESSION_ENDED');
  expect(reason).not.toContain('You ended it');
  await expect(client.api.vnc.guest.mutate(link)).rejects.toMatchObject({ data: { code: 'SESSION_ENDED' } });
  const again = guest(link);
  const [end] = (await once(again.openDesktop(sessionId), 'close')) as [CloseEvent];
  expect(closeError(end.code)).toBe('SESSION_ENDED');
});

test('links are not tried without end: one address has a limit each minute', async () => {
  const client = guest({ sessionId, token: 'wrong' });
  const calls = Array.from({ length: 700 }, () => client.api.vnc.guest.mutate({ sessionId, token: 'wrong' }));
  const answers = await Promise.allSettled(calls);
  const codes = answers.map((each) => each.status === 'rejected' && each.reason.data.code);
  expect(new Set(codes)).toEqual(new Set(['UNAUTHENTICATED', 'RATE_LIMITED']));
});
