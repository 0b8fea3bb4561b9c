/**
 * Turns what a browser tells of a keyboard into the private messages of a desktop's screen. Keys go as keys. What an
 * input method, a soft keyboard or a dead key has composed goes as text.
 */
import { encodePrivateMessage, MAX_TYPED_TEXT, PrivateOp } from '@unicore/protocol';
import type { TypedKey } from '@unicore/protocol/control';

/** Bits of `modifiers`. */
const ALT = 1;
const CTRL = 2;
const META = 4;
const SHIFT = 8;

/** Keysyms of X for keys that type no character. Left and right ones are told apart by `location`. */
const KEYSYMS: Readonly<Record<string, number>> = {
  Backspace: 0xff08,
  Tab: 0xff09,
  Enter: 0xff0d,
  Escape: 0xff1b,
  Home: 0xff50,
  ArrowLeft: 0xff51,
  ArrowUp: 0xff52,
  ArrowRight: 0xff53,
  ArrowDown: 0xff54,
  PageUp: 0xff55,
  PageDown: 0xff56,
  End: 0xff57,
  Insert: 0xff63,
  ContextMenu: 0xff67,
  Shift: 0xffe1,
  Control: 0xffe3,
  Meta: 0xffeb,
  Alt: 0xffe9,
  Delete: 0xffff,
};
const FIRST_FUNCTION_KEY = 0xffbe;
const FIRST_UNICODE_KEYSYM = 0x1000000;
const LATIN_1 = 0x100;
const RIGHT = 2;
/** The keyCode of a key that an input method has taken. */
const TAKEN = 229;
/** Keys whose text comes later, from an input method or after a dead key. */
const COMPOSING = new Set(['Dead', 'Process', 'Unidentified']);
const WITH_SIDES = new Set(['Shift', 'Control', 'Alt', 'Meta']);

/** What is used of a KeyboardEvent. */
export interface KeyLike {
  readonly type: string;
  readonly key: string;
  readonly code: string;
  readonly location: number;
  readonly repeat: boolean;
  readonly isComposing: boolean;
  /** 229 for a key that an input method has taken. Some browsers tell it by nothing else. */
  readonly keyCode?: number;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly shiftKey: boolean;
  getModifierState(name: string): boolean;
}

/** Returns the keysym of a key as browsers name it, or 0 if it has none. */
export function keysymOf(key: string, location = 0): number {
  const named = KEYSYMS[key];
  if (named !== undefined) return WITH_SIDES.has(key) && location === RIGHT ? named + 1 : named;
  const number = /^F(\d{1,2})$/.exec(key)?.[1];
  if (number !== undefined) return FIRST_FUNCTION_KEY + Number(number) - 1;
  const [character, more] = key;
  const point = more === undefined ? (character?.codePointAt(0) ?? 0) : 0;
  return point < LATIN_1 ? point : FIRST_UNICODE_KEYSYM + point;
}

/**
 * Returns the message for a key, or undefined if the key must not be sent: it belongs to an input method, whose text
 * comes later.
 */
export function keyMessage(event: KeyLike): Uint8Array<ArrayBuffer> | undefined {
  if (event.isComposing || event.keyCode === TAKEN || COMPOSING.has(event.key)) return undefined;
  const hasText = [...event.key].length === 1;
  const content: TypedKey = {
    down: event.type === 'keydown',
    keysym: keysymOf(event.key, event.location),
    code: event.code,
    key: event.key,
    ...(hasText && { text: event.key }),
    modifiers: modifiersOf(event, hasText),
    location: event.location,
    repeat: event.repeat,
  };
  return encodePrivateMessage(PrivateOp.key, content);
}

/** Returns the messages for a text that was composed or pasted. A long text is cut between characters. */
export function textMessages(text: string): Uint8Array<ArrayBuffer>[] {
  const pieces: string[] = [];
  let piece = '';
  let bytes = 0;
  for (const character of text) {
    const length = new TextEncoder().encode(character).length;
    if (bytes + length > MAX_TYPED_TEXT) {
      pieces.push(piece);
      piece = '';
      bytes = 0;
    }
    piece += character;
    bytes += length;
  }
  if (piece !== '') pieces.push(piece);
  return pieces.map((each) => encodePrivateMessage(PrivateOp.text, { text: each }));
}

/** Windows tells of AltGr as of Ctrl and Alt. With a character, they are no shortcut. */
function modifiersOf(event: KeyLike, hasText: boolean): number {
  const isAltGr = hasText && event.getModifierState('AltGraph');
  return (
    (event.altKey && !isAltGr ? ALT : 0) |
    (event.ctrlKey && !isAltGr ? CTRL : 0) |
    (event.metaKey ? META : 0) |
    (event.shiftKey ? SHIFT : 0)
  );
}
