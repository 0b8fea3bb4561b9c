/** A view of a running desktop for tests, with a replacement of noVNC. */
import { screen, waitFor } from '@solidjs/testing-library';
import { expect } from 'vitest';
import { useDesktop } from '../../../data/index.ts';
import {
  FakeChannel,
  type FakeDesktop,
  type FakeHub,
  fakeDesktop,
  fakeHub,
  renderPart,
} from '../../../testing/index.ts';
import { Toasts } from '../../../ui/index.ts';
import type { Rfb, ScreenCode } from '../../screen/index.ts';
import { DesktopView } from '../desktop-view.tsx';

/** Replaces noVNC. It reports that it is connected when the channel is. */
class FakeRfb extends EventTarget implements Rfb {
  viewOnly = false;
  background = '';
  qualityLevel = 0;
  /** Texts that were sent to the clipboard of the desktop. */
  readonly given: string[] = [];
  refits = 0;
  readonly #host: HTMLElement;

  constructor(host: HTMLElement) {
    super();
    this.#host = host;
    host.append(document.createElement('canvas'));
  }

  give(text: string): void {
    this.given.push(text);
  }
  refit(): void {
    this.refits++;
  }
  disconnect(): void {
    this.#host.replaceChildren();
  }
  connected(): void {
    this.dispatchEvent(new Event('connect'));
  }
  copied(text: string): void {
    this.dispatchEvent(new CustomEvent('clipboard', { detail: { text } }));
  }
}

export interface Opened {
  hub: FakeHub;
  channels: FakeChannel[];
  screens: FakeRfb[];
}

export async function opened(change = {}, load?: () => Promise<ScreenCode>): Promise<Opened> {
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

export interface Connected extends Opened {
  channel: FakeChannel;
  rfb: FakeRfb;
  beside: FakeDesktop;
  field: HTMLTextAreaElement;
}

export async function connected(change = {}): Promise<Connected> {
  const all = await opened(change);
  await waitFor(() => expect(all.screens).toHaveLength(1));
  all.channels[0]!.accept('viewer-1');
  all.screens[0]!.connected();
  const field = screen.getByLabelText<HTMLTextAreaElement>(/Screen of the desktop/);
  return { ...all, channel: all.channels[0]!, rfb: all.screens[0]!, beside: all.hub.beside[0]!, field };
}

/** Returns what was typed: '+a' for a pressed key, '-a' for a released key, or a text. */
export function typedOn(channel: FakeChannel): string[] {
  return channel.sent.map((message) => {
    const { text, key, down } = JSON.parse(new TextDecoder().decode(message.subarray(8)));
    return key === undefined ? text : `${down ? '+' : '-'}${key}`;
  });
}
