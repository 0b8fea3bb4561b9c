/** Keys and texts become messages, and all keys are released in the end. */
import { expect, test } from 'vitest';
import type { KeyLike } from '../../../sdk/index.ts';
import { ALT, ARROWS, CTRL, ESCAPE } from './special-keys.ts';
import { Typist } from './typist.ts';

interface Keyboard {
  typist: Typist;
  /** The messages that were sent, such as '+a', '-a', '+c ctrl' or 'text é'. */
  said: string[];
}

function keyboard({ isMac = false, isAllowed = true } = {}): Keyboard {
  const said: string[] = [];
  const send = (message: Uint8Array): void => {
    const content = JSON.parse(new TextDecoder().decode(message.subarray(8)));
    const { text, key, down, modifiers } = content;
    if (key === undefined) return void said.push(`text ${text}`);
    const names = ['alt', 'ctrl', 'meta', 'shift'].filter((_, bit) => modifiers & (1 << bit));
    said.push([`${down ? '+' : '-'}${key}`, ...names].join(' '));
  };
  return { typist: new Typist({ isMac, isAllowed: () => isAllowed, send }), said };
}

function event(type: 'keydown' | 'keyup', key: string, code: string, more: Partial<KeyLike> = {}): KeyLike {
  return {
    ...{ type, key, code, location: 0, repeat: false, isComposing: false },
    ...{ ctrlKey: false, altKey: false, metaKey: false, shiftKey: false },
    getModifierState: () => false,
    ...more,
  };
}

test('a key goes down and up, and is let go as it was pressed', () => {
  const { typist, said } = keyboard();
  expect(typist.key(event('keydown', 'A', 'KeyA', { shiftKey: true }))).toBe(true);
  expect(typist.key(event('keyup', 'a', 'KeyA'))).toBe(true);
  typist.key(event('keyup', 'b', 'KeyB'));
  expect(said).toEqual(['+A shift', '-A shift']);
});

test('keys that the desktop does not have are left to the page', () => {
  const { typist, said } = keyboard();
  expect(typist.key(event('keydown', 'AudioVolumeUp', 'AudioVolumeUp'))).toBe(false);
  expect(typist.key(event('keydown', 'Dead', 'Equal'))).toBe(false);
  expect(said).toEqual([]);
});

test('a viewer who only watches types nothing', () => {
  const { typist, said } = keyboard({ isAllowed: false });
  expect(typist.key(event('keydown', 'a', 'KeyA'))).toBe(false);
  typist.text('é');
  typist.strike(ESCAPE);
  typist.toggle(CTRL);
  expect(said).toEqual([]);
});

test('the Control that Windows presses with AltGr is let go', () => {
  const { typist, said } = keyboard();
  typist.key(event('keydown', 'Control', 'ControlLeft', { ctrlKey: true }));
  typist.key(event('keydown', 'AltGraph', 'AltRight', { ctrlKey: true, altKey: true }));
  const altGr = { ctrlKey: true, altKey: true, getModifierState: (name: string) => name === 'AltGraph' };
  typist.key(event('keydown', '@', 'KeyQ', altGr));
  expect(said).toEqual(['+Control ctrl', '-Control ctrl', '+@']);
});

test('a modifier sticks until the next key, also until a character of a soft keyboard', () => {
  const { typist, said } = keyboard();
  typist.toggle(CTRL);
  typist.text('c');
  typist.text('c');
  typist.toggle(CTRL);
  typist.toggle(ALT);
  typist.strike(ARROWS[0]!);
  expect(typist.sticky()).toEqual([]);
  const first = ['+Control', '+c ctrl', '-Control', '-c ctrl', 'text c'];
  const left = [
    '+Control',
    '+Alt ctrl',
    '+ArrowLeft alt ctrl',
    '-Control',
    '-Alt ctrl',
    '-ArrowLeft alt ctrl',
  ];
  expect(said).toEqual([...first, ...left]);
});

test('a modifier that went down in a menu is pressed for its shortcut', () => {
  const { typist, said } = keyboard();
  typist.key(event('keydown', 'a', 'KeyA', { ctrlKey: true }));
  typist.key(event('keyup', 'a', 'KeyA', { ctrlKey: true }));
  expect(said).toEqual(['+Control', '+a ctrl', '-Control', '-a ctrl']);
});

test('everything is let go at once', () => {
  const { typist, said } = keyboard();
  typist.toggle(CTRL);
  typist.key(event('keydown', 'Shift', 'ShiftLeft', { shiftKey: true, ctrlKey: true }));
  said.length = 0;
  typist.release();
  expect(said.map((each) => each.split(' ')[0])).toEqual(['-Control', '-Shift']);
  typist.release();
  expect(said).toHaveLength(2);
});

test('on a Mac, Command is Control, and Option types characters', () => {
  const { typist, said } = keyboard({ isMac: true });
  typist.key(event('keydown', 'Meta', 'MetaLeft', { metaKey: true }));
  typist.key(event('keydown', 'c', 'KeyC', { metaKey: true }));
  typist.key(event('keyup', 'Meta', 'MetaLeft'));
  expect(said).toEqual(['+Control ctrl', '+c ctrl', '-Control ctrl', '-c ctrl']);
  said.length = 0;
  expect(typist.key(event('keydown', 'Alt', 'AltLeft', { altKey: true }))).toBe(false);
  typist.key(event('keydown', '@', 'KeyL', { altKey: true }));
  expect(said).toEqual(['+@']);
});
