/**
 * Translates keys of a Mac to the keys of Linux, which the desktop runs. Command becomes Control, so that the
 * shortcuts that people know work. Option only helps to type characters, so it does not become Alt.
 */
import type { KeyLike } from '../../../sdk/index.ts';

const COMMAND = { MetaLeft: 'ControlLeft', MetaRight: 'ControlRight' } as const;

export function isMac(platform = navigator.platform): boolean {
  return platform.startsWith('Mac') || platform === 'iPhone' || platform === 'iPad';
}

/** Returns the key event as a Linux keyboard would send it. */
export function asOnLinux(event: KeyLike): KeyLike {
  const { type, location, repeat, isComposing, keyCode, shiftKey } = event;
  const isCommand = event.key === 'Meta';
  const isOption = event.key === 'Alt';
  const isCharacter = [...event.key].length === 1;
  return {
    ...{ type, location, repeat, isComposing, shiftKey },
    ...(keyCode !== undefined && { keyCode }),
    key: isCommand ? 'Control' : isOption ? 'AltGraph' : event.key,
    code: event.code in COMMAND ? COMMAND[event.code as keyof typeof COMMAND] : event.code,
    ctrlKey: event.ctrlKey || event.metaKey,
    metaKey: false,
    altKey: event.altKey && !isOption && !isCharacter,
    getModifierState: (name) => name === 'AltGraph' && event.altKey && isCharacter && !event.metaKey,
  };
}
