/** Shows the page on the whole screen of the device. There, the desktop gets keys such as Ctrl+W, too. */
import { type Accessor, createSignal, onCleanup } from 'solid-js';
import { failed } from '../ui/index.ts';

export interface FullScreen {
  readonly on: Accessor<boolean>;
  /** False on devices without this feature, such as iPhones. */
  readonly isPossible: boolean;
  toggle(): void;
}

/** The whole page gets the screen, so that menus and dialogs, which lie at its end, stay visible. */
export function createFullScreen(): FullScreen {
  const [on, setOn] = createSignal(document.fullscreenElement !== null);
  const { keyboard } = navigator;
  const onChange = (): void => {
    setOn(document.fullscreenElement !== null);
    if (!on()) keyboard?.unlock();
  };
  const leave = (): void => {
    if (document.fullscreenElement) void document.exitFullscreen();
  };
  const enter = async (): Promise<void> => {
    await document.documentElement.requestFullscreen({ navigationUI: 'hide' });
    // Without it, the browser keeps some keys for itself, as it does in a window.
    await keyboard?.lock().catch(() => undefined);
  };
  document.addEventListener('fullscreenchange', onChange);
  onCleanup(() => {
    document.removeEventListener('fullscreenchange', onChange);
    leave();
  });
  return {
    on,
    isPossible: document.fullscreenEnabled === true,
    toggle: () => {
      if (on()) return leave();
      enter().catch((error: unknown) => failed('The browser refused the full screen', error));
    },
  };
}
