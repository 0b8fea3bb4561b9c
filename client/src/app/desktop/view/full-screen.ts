/** Shows the page on the whole screen of the device. */
import { type Accessor, createSignal, onCleanup } from 'solid-js';
import { failed } from '../../ui/index.ts';

export interface FullScreen {
  readonly on: Accessor<boolean>;
  /** False on devices without this feature, such as iPhones. */
  readonly isPossible: boolean;
  toggle(): void;
}

/** The whole page gets the screen, so that menus and dialogs, which lie at its end, stay visible. */
export function createFullScreen(): FullScreen {
  const [on, setOn] = createSignal(document.fullscreenElement !== null);
  const onChange = (): void => {
    setOn(document.fullscreenElement !== null);
  };
  const leave = (): void => {
    if (document.fullscreenElement) void document.exitFullscreen();
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
      document.documentElement
        .requestFullscreen({ navigationUI: 'hide' })
        .catch((error: unknown) => failed('The browser refused the full screen', error));
    },
  };
}
