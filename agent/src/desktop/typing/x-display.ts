/**
 * The functions of the X display that typing needs. They press and release keys, assign characters to keys, and
 * find out whether the window manager and the focused program have handled all input.
 */
import type { Clock } from '@unicore/protocol';
import { type DisplayPlace, padded, XConnection } from './x-connection.ts';

/** Opcodes of the requests to the X server that are used here. */
const X = {
  createWindow: 1,
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
const PROPERTY_NOTIFY = 28;
const CLIENT_MESSAGE = 33;
const EVENT_MASK = 1 << 11;
const SUBSTRUCTURE_NOTIFY = 1 << 19;
const SUBSTRUCTURE_REDIRECT = 1 << 20;
const PROPERTY_CHANGE = 1 << 22;
const INPUT_ONLY = 2;
/** Longest time to wait for an answer of a program, ms. After that, typing goes on, and a text may come out wrong. */
const ANSWER_MS = 10_000;

/** Names of X atoms that are used here. */
const ATOMS = ['WM_PROTOCOLS', '_NET_WM_PING', '_NET_REQUEST_FRAME_EXTENTS', '_NET_FRAME_EXTENTS'] as const;
type Atoms = Readonly<Record<(typeof ATOMS)[number], number>>;

export class XDisplay {
  readonly #clock: Clock;
  readonly #x: XConnection;
  readonly #atoms: Atoms;
  readonly #xtest: number;
  #keysymsPerKey = 1;
  #lastPing = 0;

  static async open(place: DisplayPlace, clock: Clock, closed: () => void): Promise<XDisplay> {
    const x = await XConnection.open(place, closed);
    const atom = async (text: string) => (await x.ask(X.internAtom, 0, name(text))).readUInt32LE(8);
    const [xtest, ...numbers] = await Promise.all([
      x.ask(X.queryExtension, 0, name('XTEST')).then((reply) => reply[9]!),
      ...ATOMS.map(atom),
    ]);
    const atoms = Object.fromEntries(ATOMS.map((text, i) => [text, numbers[i]!])) as Atoms;
    // Programs send their answers to pings to the root window, so its events are needed.
    x.send(X.changeWindowAttributes, 0, u32(x.root, EVENT_MASK, SUBSTRUCTURE_NOTIFY));
    // A window that is never shown. The window manager sets a property of this window as its answer.
    const size = u32(0, 0x00010001, INPUT_ONLY << 16);
    x.send(
      X.createWindow,
      0,
      Buffer.concat([u32(x.firstId, x.root), size, u32(0, EVENT_MASK, PROPERTY_CHANGE)]),
    );
    return new XDisplay(x, clock, atoms, xtest);
  }

  private constructor(x: XConnection, clock: Clock, atoms: Atoms, xtest: number) {
    this.#x = x;
    this.#clock = clock;
    this.#atoms = atoms;
    this.#xtest = xtest;
  }

  press(keycode: number): void {
    this.#fake(KEY_PRESS, keycode);
  }

  release(keycode: number): void {
    this.#fake(KEY_RELEASE, keycode);
  }

  /** Returns the keysyms of each key, by its keycode. The first one is without modifiers, the second with Shift. */
  async keyboard(): Promise<Map<number, number[]>> {
    const { minKeycode, maxKeycode } = this.#x;
    const count = maxKeycode - minKeycode + 1;
    const reply = await this.#x.ask(X.getKeyboardMapping, 0, Buffer.from([minKeycode, count, 0, 0]));
    const perKey = reply[1]!;
    this.#keysymsPerKey = perKey;
    const keysym = (key: number, level: number) => reply.readUInt32LE(32 + (key * perKey + level) * 4);
    return new Map(
      Array.from({ length: count }, (_, key) => [
        minKeycode + key,
        Array.from({ length: perKey }, (_each, level) => keysym(key, level)),
      ]),
    );
  }

  /** Assigns this keysym to a key, for all combinations of modifiers. */
  setKey(keycode: number, keysym: number): void {
    const all = Array.from({ length: this.#keysymsPerKey }, () => keysym);
    this.#x.send(
      X.changeKeyboardMapping,
      1,
      Buffer.concat([Buffer.from([keycode, this.#keysymsPerKey, 0, 0]), u32(...all)]),
    );
  }

  /** Resolves when the X server has carried out all requests and has sent their events. */
  async sync(): Promise<void> {
    await this.#focus();
  }

  /**
   * Resolves with true when the focused program has handled all events that the X server had for it. Resolves with
   * false if that is not known. Sends the same message with which window managers check whether a program still
   * responds.
   */
  async handled(): Promise<boolean> {
    const focus = await this.#focus();
    // Focus 0 means no window, and 1 means the window below the pointer.
    if (focus <= 1) return false;
    const { WM_PROTOCOLS: protocols, _NET_WM_PING: ping } = this.#atoms;
    const number = ++this.#lastPing;
    const answered = this.#hears(CLIENT_MESSAGE, (event) => {
      const isPing = event.readUInt32LE(8) === protocols && event.readUInt32LE(12) === ping;
      return isPing && event.readUInt32LE(4) === this.#x.root && event.readUInt32LE(16) === number;
    });
    this.#tell(focus, 0, u32(focus, protocols, ping, number, focus));
    return answered;
  }

  /**
   * Resolves when the window manager has handled all events that the X server had for it. The X server holds a
   * click until the window manager has handled it, because it may move the focus first. With several clicks, it
   * holds each of them.
   */
  async managed(): Promise<void> {
    const { _NET_REQUEST_FRAME_EXTENTS: request, _NET_FRAME_EXTENTS: extents } = this.#atoms;
    const window = this.#x.firstId;
    const answered = this.#hears(
      PROPERTY_NOTIFY,
      (event) => event.readUInt32LE(4) === window && event.readUInt32LE(8) === extents,
    );
    this.#tell(this.#x.root, SUBSTRUCTURE_NOTIFY | SUBSTRUCTURE_REDIRECT, u32(window, request));
    await answered;
  }

  close(): void {
    this.#x.close();
  }

  /** Resolves with the number of the focused window. */
  async #focus(): Promise<number> {
    return (await this.#x.ask(X.getInputFocus, 0, Buffer.alloc(0))).readUInt32LE(8);
  }

  /**
   * Sends a client message to the programs that listen for `mask`. The content begins with the number of the
   * message's window.
   */
  #tell(to: number, mask: number, content: Buffer): void {
    const event = Buffer.alloc(32);
    event[0] = CLIENT_MESSAGE;
    event[1] = 32;
    content.copy(event, 4);
    this.#x.send(X.sendEvent, 0, Buffer.concat([u32(to, mask), event]));
  }

  /**
   * Resolves with true when an event of this type comes for which `isIt` returns true, and with false if none comes
   * in time.
   */
  #hears(type: number, isIt: (event: Buffer) => boolean): Promise<boolean> {
    return new Promise((resolve) => {
      const over = (isHeard: boolean) => {
        end();
        cancel();
        resolve(isHeard);
      };
      const end = this.#x.subscribe((event) => {
        if ((event[0]! & 0x7f) === type && isIt(event)) over(true);
      });
      const cancel = this.#clock.after(ANSWER_MS, () => over(false));
    });
  }

  #fake(type: number, keycode: number): void {
    const body = Buffer.alloc(32);
    body[0] = type;
    body[1] = keycode;
    this.#x.send(this.#xtest, FAKE_INPUT, body);
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
