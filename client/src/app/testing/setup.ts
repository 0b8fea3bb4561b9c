/** What browsers have and jsdom lacks, as far as the page needs it; and an empty page after each test. */
import { toaster } from '@kobalte/core/toast';
import { cleanup, configure } from '@solidjs/testing-library';
import { afterEach } from 'vitest';
import { closeOverlay } from '../shell/overlays.ts';

/** How long findBy… and waitFor look, ms: for hangs, no promise about speed. */
const HANG_MS = 30_000;
configure({ asyncUtilTimeout: HANG_MS });

window.matchMedia = (query) =>
  Object.assign(new EventTarget(), {
    matches: false,
    media: query,
    onchange: null,
    addListener: () => {},
    removeListener: () => {},
  }) as MediaQueryList;

window.ResizeObserver = class implements ResizeObserver {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
};

window.scrollTo = () => {};
HTMLCanvasElement.prototype.getContext = () => null;

afterEach(() => {
  closeOverlay();
  toaster.clear();
  cleanup();
});
