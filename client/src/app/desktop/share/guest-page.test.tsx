/** What guests see, who have only a share link. */
import { screen, waitFor } from '@solidjs/testing-library';
import { expect, test } from 'vitest';
import { FakeChannel, fakeHub, renderPart } from '../../testing/index.ts';
import type { Rfb } from '../screen/index.ts';
import { GuestPage } from './guest-page.tsx';

class FakeRfb extends EventTarget implements Rfb {
  viewOnly = false;
  background = '';
  give(): void {}
  refit(): void {}
  disconnect(): void {}
}

const SHARE = { sessionId: 'ds_1', token: 'secret' };

function opened() {
  const hub = fakeHub();
  const channel = new FakeChannel();
  const wishes: unknown[] = [];
  const screens: FakeRfb[] = [];
  hub.openDesktop = (...wish) => {
    wishes.push(wish);
    return channel.socket;
  };
  class FineRfb extends FakeRfb {
    constructor() {
      super();
      screens.push(this);
    }
  }
  const load = async () => ({ FineRfb });
  renderPart(hub, () => <GuestPage unicore={hub.unicore} share={SHARE} load={load} />);
  return { channel, wishes, screens };
}

test('a guest only watches, and has no other page', async () => {
  const { channel, wishes, screens } = opened();
  await waitFor(() => expect(screens).toHaveLength(1));
  channel.accept('viewer-1');
  screens[0]!.dispatchEvent(new Event('connect'));
  await screen.findByText('Only watching');
  expect(wishes).toEqual([['ds_1', { viewOnly: true }]]);
  expect(screens[0]!.viewOnly).toBe(true);
  expect(screen.queryByRole('navigation')).toBeNull();
});

test('after the end of the desktop, the page says so', async () => {
  const { channel, screens } = opened();
  await waitFor(() => expect(screens).toHaveLength(1));
  channel.end('SESSION_ENDED', 'This desktop has ended.');
  await screen.findByRole('heading', { name: 'There is nothing to watch' });
  await screen.findByText('This desktop has ended.');
});

test('a link that is cut off is explained', async () => {
  const hub = fakeHub();
  renderPart(hub, () => <GuestPage unicore={hub.unicore} share={undefined} />);
  await screen.findByText(/This link is not complete/);
});
