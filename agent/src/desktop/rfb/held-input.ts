/** Remembers the keys and mouse buttons that a viewer holds down, and makes the messages that release them. */
import { ViewerMessage } from './message-types.ts';

/** Maximum number of keys that are remembered. X has 248 keys. */
const MAX_KEYS = 256;

export interface Key {
  readonly keysym: number;
  /** The number of the physical key. Undefined if the viewer sends only keysyms (numbers for what a key means). */
  readonly keycode: number | undefined;
}

export class HeldInput {
  readonly #keys = new Map<string, Key>();
  #buttons = 0;
  #buttonChanges = 0;
  #x = 0;
  #y = 0;

  /** The keys that are down, in the order in which they were pressed. */
  get keys(): readonly Key[] {
    return [...this.#keys.values()];
  }

  /** The buttons that are down, as the bit mask of RFB. */
  get buttons(): number {
    return this.#buttons;
  }

  /** Number of times that a button went down or up. A step of the mouse wheel counts twice. */
  get buttonChanges(): number {
    return this.#buttonChanges;
  }

  key(key: Key, isDown: boolean): void {
    const name = key.keycode === undefined ? `keysym ${key.keysym}` : `keycode ${key.keycode}`;
    if (!isDown) this.#keys.delete(name);
    else if (this.#keys.has(name) || this.#keys.size < MAX_KEYS) this.#keys.set(name, key);
  }

  pointer(x: number, y: number, buttons: number): void {
    this.#x = x;
    this.#y = y;
    if (buttons !== this.#buttons) this.#buttonChanges += 1;
    this.#buttons = buttons;
  }

  /** Returns the messages that release all held keys and buttons, and forgets them. */
  release(): Buffer {
    const messages = this.keys.map((key) => encodeKey(key, false));
    if (this.#buttons !== 0) messages.push(encodePointer(this.#x, this.#y, 0));
    this.#keys.clear();
    this.#buttons = 0;
    return Buffer.concat(messages);
  }
}

export function encodeKey({ keysym, keycode }: Key, isDown: boolean): Buffer {
  const down = isDown ? 1 : 0;
  if (keycode === undefined) {
    const message = Buffer.from([ViewerMessage.keyEvent, down, 0, 0, 0, 0, 0, 0]);
    message.writeUInt32BE(keysym, 4);
    return message;
  }
  const message = Buffer.alloc(12);
  message[0] = ViewerMessage.qemu;
  message.writeUInt16BE(down, 2);
  message.writeUInt32BE(keysym, 4);
  message.writeUInt32BE(keycode, 8);
  return message;
}

/** Encodes a pointer message in its short form, which has only seven buttons. */
export function encodePointer(x: number, y: number, buttons: number): Buffer {
  const message = Buffer.alloc(6);
  message[0] = ViewerMessage.pointerEvent;
  message[1] = buttons;
  message.writeUInt16BE(x, 2);
  message.writeUInt16BE(y, 4);
  return message;
}
