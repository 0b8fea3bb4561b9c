/** The screen of a running desktop: its bar, and what is shown while the line is lost. */
import { fireEvent, screen, waitFor } from '@solidjs/testing-library';
import { expect, test } from 'vitest';
import { useDesktop } from '../../data/index.ts';
import {
  apiError,
  FakeChannel,
  type FakeHub,
  fakeDesktop,
  fakeHub,
  renderPart,
} from '../../testing/index.ts';
import { Toasts } from '../../ui/index.ts';
import type { Rfb, ScreenCode } from '../screen/index.ts';
import { DesktopView } from './desktop-view.tsx';

/** Stands for noVNC. It says that it is connected when the channel is. */
class FakeRfb extends EventTarget implements Rfb {
  viewOnly = false;
  qualityLevel = 0;
  readonly keys: string[] = [];
  readonly #host: HTMLElement;

  constructor(host: HTMLElement) {
    super();
    this.#host = host;
    host.append(document.createElement('canvas'));
  }

  sendKey(_keysym: number, code: string, down?: boolean): void {
    this.keys.push(`${code}${down === undefined ? '' : down ? ' down' : ' up'}`);
  }
  focus(): void {}
  disconnect(): void {
    this.#host.replaceChildren();
  }
  connected(): void {
    this.dispatchEvent(new Event('connect'));
  }
}

interface Opened {
  hub: FakeHub;
  channels: FakeChannel[];
  screens: FakeRfb[];
}

async function opened(change = {}, load?: () => Promise<ScreenCode>): Promise<Opened> {
  const hub = fakeHub();
  hub.desktop = fakeDesktop(change);
  const channels: FakeChannel[] = [];
  const screens: FakeRfb[] = [];
  hub.openDesktop = () => {
    const channel = new FakeChannel();
    channels.push(channel);
    return channel.socket;
  };
  class FineRfb extends FakeRfb {
    constructor(host: HTMLElement) {
      super(host);
      screens.push(this);
    }
  }
  renderPart(hub, () => {
    const { known, actions } = useDesktop();
    return (
      <>
        <DesktopView
          sessionId="ds_1"
          desktop={known()!.desktop!}
          actions={actions}
          load={load ?? (async () => ({ FineRfb }))}
        />
        <Toasts />
      </>
    );
  });
  return { hub, channels, screens };
}

async function connected(change = {}): Promise<Opened & { channel: FakeChannel; rfb: FakeRfb }> {
  const all = await opened(change);
  await waitFor(() => expect(all.screens).toHaveLength(1));
  all.channels[0]!.accept('viewer-1');
  all.screens[0]!.connected();
  return { ...all, channel: all.channels[0]!, rfb: all.screens[0]! };
}

test('the page says in words that it connects, until the picture is there', async () => {
  const { channels, screens } = await opened();
  await screen.findByText('Connecting to your desktop …');
  await waitFor(() => expect(screens).toHaveLength(1));
  channels[0]!.accept('viewer-1');
  await screen.findByText('Waiting for the first picture …');
  screens[0]!.connected();
  await waitFor(() => expect(screen.queryByText(/Waiting|Connecting to/)).toBeNull());
});

test('a lost line is said, and resumes without a new connection of noVNC', async () => {
  const { channel, channels } = await connected();
  channel.become('reconnecting');
  await screen.findByText(/The line to your desktop is lost/);
  channel.become('connected');
  await waitFor(() => expect(screen.queryByText(/is lost/)).toBeNull());
  expect(channels).toHaveLength(1);
});

test('a channel that the other end has forgotten is followed by a new connection', async () => {
  const { channel, channels, screens } = await connected();
  channel.end('EPOCH_LOST', 'The desktop does not know this channel.');
  await screen.findByText(/The page is reconnecting/);
  await waitFor(() => expect(screens).toHaveLength(2));
  channels[1]!.accept('viewer-2');
  screens[1]!.connected();
  await waitFor(() => expect(screen.queryByText(/reconnecting/)).toBeNull());
});

test('a refusal is shown with its reason, and Try again connects again', async () => {
  const { channel, channels } = await connected();
  channel.end('TOO_MANY_CHANNELS', 'Eight viewers are watching. Close one of them.');
  await screen.findByText('Eight viewers are watching. Close one of them.');
  fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(channels).toHaveLength(2));
});

test('code that cannot be loaded is explained, with a button', async () => {
  await opened({}, () => Promise.reject(new TypeError('net::ERR_NETWORK_CHANGED')));
  await screen.findByText(/A part of this page could not be loaded/);
  expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy();
});

test('one click extends the desktop, and a refusal says why', async () => {
  const { hub } = await connected({ expiresAt: Date.now() + 4.5 * 60_000 });
  await screen.findByText(/less than 5 min/);
  const extend = screen.getByRole<HTMLButtonElement>('button', { name: 'Extend' });
  fireEvent.click(extend);
  await screen.findByText('1 h 5 min');
  await waitFor(() => expect(extend.disabled).toBe(false));
  hub.errors.set('vnc.extend', apiError('CONFLICT', 'A desktop lives 240 minutes at most.'));
  fireEvent.click(extend);
  await screen.findByText('A desktop lives 240 minutes at most.');
});

test('take over names this viewer and says who has the controls', async () => {
  const { hub } = await connected();
  hub.control = { holder: { kind: 'viewer', id: 'viewer-1', name: 'ada' }, since: 0 };
  fireEvent.click(screen.getByRole('button', { name: 'Take over the controls' }));
  await screen.findByText('You have the controls.');
  expect(hub.calls).toEqual([
    { name: 'vnc.control', input: { sessionId: 'ds_1', take: true, holder: 'viewer-1' } },
  ]);
});

test('the desktop ends only after a confirmation', async () => {
  const { hub } = await connected();
  fireEvent.click(screen.getByRole('button', { name: 'End the desktop' }));
  fireEvent.click(await screen.findByRole('button', { name: 'Keep it' }));
  expect(hub.calls).toEqual([]);
  fireEvent.click(screen.getByRole('button', { name: 'End the desktop' }));
  fireEvent.click(await screen.findByRole('button', { name: 'End desktop' }));
  await waitFor(() => expect(hub.calls).toEqual([{ name: 'vnc.delete', input: { sessionId: 'ds_1' } }]));
});

test('a special key is sent, and held keys are released when the panel closes', async () => {
  const { rfb } = await connected();
  fireEvent.click(screen.getByRole('button', { name: 'Special keys' }));
  fireEvent.click(await screen.findByRole('button', { name: 'Ctrl' }));
  fireEvent.click(screen.getByRole('button', { name: 'Tab' }));
  fireEvent.keyDown(screen.getByRole('dialog'), { key: 'Escape' });
  await waitFor(() => expect(rfb.keys).toEqual(['ControlLeft down', 'Tab', 'ControlLeft up']));
});

test('who only watches sends nothing, and is told so', async () => {
  const { rfb } = await connected();
  fireEvent.click(screen.getByRole('button', { name: 'Only watch' }));
  await screen.findByText('Only watching');
  expect(rfb.viewOnly).toBe(true);
  expect(screen.getByRole('button', { name: 'Special keys' }).hasAttribute('disabled')).toBe(true);
});

test('Control, Shift and Up leave the screen for the bar, and release the modifier keys', async () => {
  await connected();
  const canvas = document.querySelector('canvas')!;
  canvas.tabIndex = -1;
  canvas.focus();
  const released: string[] = [];
  canvas.addEventListener('keyup', ({ code }) => released.push(code));
  fireEvent.keyDown(canvas, { key: 'ArrowUp', code: 'ArrowUp', ctrlKey: true, shiftKey: true });
  expect(document.activeElement).toBe(screen.getByRole('toolbar', { name: 'Desktop' }));
  expect(released).toContain('ControlLeft');
  expect(released).toContain('ShiftLeft');
});
