/** What a browser tells of keys becomes messages that the desktop understands. */
import { MAX_TYPED_TEXT, PRIVATE_MESSAGE, PrivateOp } from '@unicore/protocol';
import { TypedKey, TypedText } from '@unicore/protocol/control';
import { describe, expect, test } from 'vitest';
import { type KeyLike, keyMessage, keysymOf, textMessages } from './typing.ts';

function event(more: Partial<KeyLike> & { altGr?: boolean } = {}): KeyLike {
  return {
    type: 'keydown',
    key: 'a',
    code: 'KeyA',
    location: 0,
    repeat: false,
    isComposing: false,
    ctrlKey: false,
    altKey: false,
    metaKey: false,
    shiftKey: false,
    getModifierState: (name) => name === 'AltGraph' && more.altGr === true,
    ...more,
  };
}

function read(message: Uint8Array | undefined): { op: number; content: unknown } {
  if (!message) throw new Error('there is no message');
  const view = new DataView(message.buffer, message.byteOffset);
  expect([message[0], view.getUint16(2), view.getUint32(4)]).toEqual([
    PRIVATE_MESSAGE,
    0,
    message.length - 8,
  ]);
  return { op: message[1]!, content: JSON.parse(new TextDecoder().decode(message.subarray(8))) };
}

describe('keys', () => {
  test('a key is sent as the desktop expects it', () => {
    const { op, content } = read(keyMessage(event({ key: 'Ä', code: 'Quote', shiftKey: true })));
    expect(op).toBe(PrivateOp.key);
    expect(TypedKey.parse(content)).toEqual({
      ...{ down: true, keysym: 0xc4, code: 'Quote', key: 'Ä', text: 'Ä' },
      ...{ modifiers: 8, location: 0, repeat: false },
    });
  });

  test('a key without a character has no text', () => {
    const { content } = read(keyMessage(event({ type: 'keyup', key: 'Backspace', code: 'Backspace' })));
    expect(TypedKey.parse(content)).toMatchObject({ down: false, keysym: 0xff08 });
    expect(content).not.toHaveProperty('text');
  });

  test('AltGr is no shortcut, and Ctrl with Alt is one', () => {
    const withBoth = { key: '@', code: 'KeyQ', ctrlKey: true, altKey: true };
    expect(read(keyMessage(event({ ...withBoth, altGr: true }))).content).toMatchObject({ modifiers: 0 });
    expect(read(keyMessage(event(withBoth))).content).toMatchObject({ modifiers: 3 });
  });

  test('keys of an input method are not sent', () => {
    expect(keyMessage(event({ isComposing: true }))).toBeUndefined();
    expect(keyMessage(event({ key: 'Process' }))).toBeUndefined();
    expect(keyMessage(event({ key: 'Unidentified', code: '' }))).toBeUndefined();
    expect(keyMessage(event({ key: 'Dead', code: 'Equal' }))).toBeUndefined();
    expect(keyMessage(event({ key: 'Enter', code: 'Enter', keyCode: 229 }))).toBeUndefined();
  });

  test('keysyms are those of X', () => {
    expect(keysymOf('€')).toBe(0x10020ac);
    expect(keysymOf('😀')).toBe(0x101f600);
    expect(keysymOf('F12')).toBe(0xffc9);
    expect(keysymOf('Shift', 2)).toBe(0xffe2);
    expect(keysymOf('MediaPlay')).toBe(0);
  });
});

describe('texts', () => {
  test('a text is one message', () => {
    const [message, ...more] = textMessages('日本語 👩‍👩‍👧');
    expect(more).toEqual([]);
    const { op, content } = read(message);
    expect(op).toBe(PrivateOp.text);
    expect(TypedText.parse(content)).toEqual({ text: '日本語 👩‍👩‍👧' });
  });

  test('a long text is cut between characters', () => {
    const text = `a${'😀'.repeat(MAX_TYPED_TEXT / 4)}`;
    const parts = textMessages(text).map((message) => TypedText.parse(read(message).content).text);
    expect(parts).toHaveLength(2);
    expect(parts.join('')).toBe(text);
    expect(parts.every((part) => part.isWellFormed())).toBe(true);
  });
});
