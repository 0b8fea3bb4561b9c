/**
 * What typing needs of the X display: a proof that the browser has handled all input so far, and characters that no
 * key has.
 */
import { type Clock, UniCoreError } from '@unicore/protocol';
import { type DisplayPlace, padded, XConnection } from './x-connection.ts';

/** Opcodes of requests. */
const X = {
  changeWindowAttributes: 2,
  internAtom: 16,
  sendEvent: 25,
  getInputFocus: 43,
  queryExtension: 98,
  changeKeyboardMapping: 100,
  getKeyboardMapping: 101,
} as const;
const FAKE_INPUT = 2;
const KEY_PRESS = 2;
const KEY_RELEASE = 3;
const CLIENT_MESSAGE = 33;
const EVENT_MASK = 1 << 11;
const SUBSTRUCTURE_NOTIFY = 1 << 19;
/** A browser that does not answer for so long is not waited for, ms. */
const PING_MS = 500;

export class XDisplay {
  readonly #clock: Clock;
  readonly #x: XConnection;
  readonly #protocols: number;
  readonly #ping: number;
  readonly #xtest: number;
  /** A key that the keyboard does not have. It gets the characters that no key has, one after the other. */
  #spareKey = 0;
  #keysymsPerKey = 1;
  #lastPing = 0;

  static async open(place: DisplayPlace, clock: Clock, closed: () => void): Promise<XDisplay> {
    const x = await XConnection.open(place, closed);
    const [protocols, ping, xtest] = await Promise.all([
      x.ask(X.internAtom, 0, name('WM_PROTOCOLS')),
      x.ask(X.internAtom, 0, name('_NET_WM_PING')),
      x.ask(X.queryExtension, 0, name('XTEST')),
    ]);
    const display = new XDisplay(x, clock, [protocols.readUInt32LE(8), ping.readUInt32LE(8), xtest[9]!]);
    // Answers to pings go to the root window.
    x.send(X.changeWindowAttributes, 0, u32(x.root, EVENT_MASK, SUBSTRUCTURE_NOTIFY));
    await display.#readKeyboard();
    return display;
  }

  private constructor(x: XConnection, clock: Clock, [protocols, ping, xtest]: [number, number, number]) {
    this.#x = x;
    this.#clock = clock;
    this.#protocols = protocols;
    this.#ping = ping;
    this.#xtest = xtest;
  }

  /**
   * Resolves when the program with the focus has handled all events that the X server had for it before. Window
   * managers ask by the same message whether a program still lives.
   */
  async handled(): Promise<boolean> {
    const focus = (await this.#x.ask(X.getInputFocus, 0, Buffer.alloc(0))).readUInt32LE(8);
    // 0 is no window, and 1 stands for the window below the pointer.
    if (focus <= 1) return false;
    const number = ++this.#lastPing;
    const answered = new Promise<boolean>((resolve) => {
      const over = (answer: boolean) => {
        end();
        cancel();
        resolve(answer);
      };
      const end = this.#x.subscribe((event) => {
        if ((event[0]! & 0x7f) !== CLIENT_MESSAGE || event.readUInt32LE(8) !== this.#protocols) return;
        if (event.readUInt32LE(4) !== this.#x.root || event.readUInt32LE(12) !== this.#ping) return;
        if (event.readUInt32LE(16) === number) over(true);
      });
      const cancel = this.#clock.after(PING_MS, () => over(false));
    });
    const event = Buffer.alloc(32);
    event[0] = CLIENT_MESSAGE;
    event[1] = 32;
    u32(focus, this.#protocols, this.#ping, number, focus).copy(event, 4);
    this.#x.send(X.sendEvent, 0, Buffer.concat([u32(focus, 0), event]));
    return answered;
  }

  /** Types one character by the spare key. Resolves when the browser has handled it. */
  async typeSpare(keysym: number): Promise<boolean> {
    this.#setSpare(keysym);
    this.#fake(KEY_PRESS, this.#spareKey);
    this.#fake(KEY_RELEASE, this.#spareKey);
    return this.handled();
  }

  close(): void {
    this.#x.close();
  }

  #setSpare(keysym: number): void {
    const all = Array.from({ length: this.#keysymsPerKey }, () => keysym);
    this.#x.send(
      X.changeKeyboardMapping,
      1,
      Buffer.concat([Buffer.from([this.#spareKey, this.#keysymsPerKey, 0, 0]), u32(...all)]),
    );
  }

  #fake(type: number, keycode: number): void {
    const body = Buffer.alloc(32);
    body[0] = type;
    body[1] = keycode;
    this.#x.send(this.#xtest, FAKE_INPUT, body);
  }

  async #readKeyboard(): Promise<void> {
    const { minKeycode, maxKeycode } = this.#x;
    const count = maxKeycode - minKeycode + 1;
    const reply = await this.#x.ask(X.getKeyboardMapping, 0, Buffer.from([minKeycode, count, 0, 0]));
    this.#keysymsPerKey = reply[1]!;
    for (let key = 0; key < count; key += 1) {
      const first = 32 + key * this.#keysymsPerKey * 4;
      const keysyms = reply.subarray(first, first + this.#keysymsPerKey * 4);
      if (keysyms.every((byte) => byte === 0)) this.#spareKey = minKeycode + key;
    }
    if (this.#spareKey === 0) throw new UniCoreError('INTERNAL', 'The keyboard has no free key.');
  }
}

function name(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt16LE(text.length);
  return Buffer.concat([length, padded(Buffer.from(text))]);
}

function u32(...numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * 4);
  for (const [i, number] of numbers.entries()) bytes.writeUInt32LE(number >>> 0, i * 4);
  return bytes;
}
