/** A shared browser on a fake Chromium and simulated time. */
import { SimClock } from '@unicore/protocol/sim';
import { type Holder, Lease } from '../../lease/index.ts';
import { type Folders, SharedBrowser } from '../index.ts';
import { FakeBrowser } from './fake-browser.ts';

/** A person at the screen. */
export const VIEWER: Holder = { kind: 'viewer', id: 'v', name: 'Anna' };

export interface Shared {
  readonly clock: SimClock;
  readonly lease: Lease;
  readonly browser: SharedBrowser;
  readonly chromium: FakeBrowser;
  /** Resolves when the browser's pipe is closed. */
  readonly lost: Promise<void>;
}

export function startShared(options: { folders?: Folders; maxBytes?: number } = {}): Shared {
  const clock = new SimClock();
  const lease = new Lease({ clock, now: () => clock.now() });
  const chromium = new FakeBrowser();
  const folders = { downloads: '/nowhere/Downloads', uploads: '/nowhere/Uploads' };
  const browser = new SharedBrowser({ clock, lease, folders, ...options });
  return { clock, lease, browser, chromium, lost: browser.attach(chromium.streams) };
}
