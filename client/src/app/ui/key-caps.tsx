/** Shows a keyboard shortcut with the key names of the user's operating system. */
import { For, type JSX } from 'solid-js';

const MAC = /mac|iphone|ipad/i.test(navigator.platform);
const MAC_NAMES: Record<string, string> = { Mod: '⌘', Ctrl: '⌃', Shift: '⇧', Enter: '↩' };
const NAMES: Record<string, string> = { Mod: 'Ctrl', Left: '←', Right: '→', Up: '↑', Down: '↓' };

export function keyNames(keys: string): string[] {
  return keys.split('+').map((key) => (MAC ? MAC_NAMES[key] : undefined) ?? NAMES[key] ?? key);
}

/**
 * keys: key names joined by '+'. Mod means Cmd on a Mac and Ctrl elsewhere. plain: no boxes around the keys,
 * for dark backgrounds.
 */
export function Keys(props: { keys: string; plain?: boolean }): JSX.Element {
  return (
    <span class="inline-flex items-center gap-1">
      <For each={keyNames(props.keys)}>
        {(key) => (
          <kbd
            class="font-mono text-[0.8em]"
            classList={{
              'opacity-70': props.plain,
              'rounded border border-rule-strong bg-sunken px-1.5 py-0.5 text-muted': !props.plain,
            }}
          >
            {key}
          </kbd>
        )}
      </For>
    </span>
  );
}
