/**
 * A small RFB server for tests, in place of a real display. Its picture has one colour on the left and another
 * on the right. It records what is typed, and takes each size that a viewer asks for.
 */
import { type Channel, type ChannelHandler, Outbox, PRIVATE_MESSAGE } from '@unicore/protocol';

export type Colour = readonly [red: number, green: number, blue: number];

/** Encoding of a rectangle: rise-and-run-length, which is a background and rectangles on it. */
const RRE = 2;
const EXTENDED_DESKTOP_SIZE = -308;
/** Reason in an ExtendedDesktopSize: this viewer asked for the size. */
const BY_THIS_VIEWER = 1;
const UPDATE_REQUEST = 3;
const SET_ENCODINGS = 2;
const SET_DESKTOP_SIZE = 251;
/** Bytes of a private message before its content. */
const PRIVATE_HEADER = 8;
/** Bytes of the messages whose length is fixed, by their first byte. */
const LENGTHS: Record<number, number> = {
  0: 20,
  [UPDATE_REQUEST]: 10,
  5: 6,
  [SET_DESKTOP_SIZE]: 24,
};

export class RfbServer {
  width = 640;
  height = 400;
  /** What was typed: keys that went down, and texts. */
  readonly typed: string[] = [];
  /** Number of RFB connections that were made so far. */
  connections = 0;
  #colours: readonly [Colour, Colour] = [
    [0, 0, 0],
    [0, 0, 0],
  ];
  #repaint: () => void = () => {};

  /** Paints the left and the right half, for the viewer that connected last. */
  paint(left: Colour, right: Colour): void {
    this.#colours = [left, right];
    this.#repaint();
  }

  /** Serves one viewer. */
  serve(channel: () => Channel): ChannelHandler {
    this.connections++;
    const out = new Outbox();
    out.push(Buffer.from('RFB 003.008\n'));
    const say = (bytes: Buffer): void => {
      out.push(bytes);
      channel().wake();
    };
    let input = Buffer.alloc(0);
    /** The steps of the handshake: how many bytes the viewer sends, and the answer. */
    const steps = [
      { bytes: 12, answer: () => Buffer.from([1, 1]) },
      { bytes: 1, answer: () => Buffer.alloc(4) },
      { bytes: 1, answer: () => this.#serverInit() },
    ];
    const next = (): boolean => {
      const step = steps[0];
      if (step) {
        if (input.length < step.bytes) return false;
        input = input.subarray(step.bytes);
        steps.shift();
        say(step.answer());
        return true;
      }
      const length = lengthOf(input);
      if (length === undefined || input.length < length) return false;
      this.#heard(input.subarray(0, length), say);
      input = input.subarray(length);
      return true;
    };
    this.#repaint = () => say(this.#picture());
    return {
      data(bytes) {
        input = Buffer.concat([input, bytes]);
        channel().consumed(bytes.length);
        while (next());
      },
      pull: (max) => out.pull(max),
      ended: () => channel().end(),
      closed() {},
    };
  }

  #heard(message: Buffer, say: (bytes: Buffer) => void): void {
    switch (message[0]) {
      case PRIVATE_MESSAGE: {
        const { text, key, down = true } = JSON.parse(message.toString('utf8', PRIVATE_HEADER));
        if (down) this.typed.push(key ?? text);
        return;
      }
      case UPDATE_REQUEST:
        // Only the first request is not incremental. Later changes are sent without being asked for.
        if (message[1] === 0) say(Buffer.concat([this.#size(0), this.#picture()]));
        return;
      case SET_DESKTOP_SIZE:
        this.width = message.readUInt16BE(2);
        this.height = message.readUInt16BE(4);
        say(Buffer.concat([this.#size(BY_THIS_VIEWER), this.#picture()]));
    }
  }

  #serverInit(): Buffer {
    const name = Buffer.from('test');
    const init = Buffer.alloc(24);
    init.writeUInt16BE(this.width, 0);
    init.writeUInt16BE(this.height, 2);
    init.writeUInt32BE(name.length, 20);
    return Buffer.concat([init, name]);
  }

  #picture(): Buffer {
    const [left, right] = this.#colours;
    const half = this.width >> 1;
    const body = Buffer.alloc(4 + 4 + 4 + 8);
    body.writeUInt32BE(1, 0);
    body.set(left, 4);
    body.set(right, 8);
    body.writeUInt16BE(half, 12);
    body.writeUInt16BE(0, 14);
    body.writeUInt16BE(this.width - half, 16);
    body.writeUInt16BE(this.height, 18);
    return Buffer.concat([rectangle(0, this.width, this.height, RRE), body]);
  }

  #size(reason: number): Buffer {
    const screen = Buffer.alloc(20);
    screen[0] = 1;
    screen.writeUInt16BE(this.width, 12);
    screen.writeUInt16BE(this.height, 14);
    return Buffer.concat([rectangle(reason, this.width, this.height, EXTENDED_DESKTOP_SIZE), screen]);
  }
}

/** Head of an update with one rectangle. */
function rectangle(x: number, width: number, height: number, encoding: number): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt16BE(1, 2);
  head.writeUInt16BE(x, 4);
  head.writeUInt16BE(width, 8);
  head.writeUInt16BE(height, 10);
  head.writeInt32BE(encoding, 12);
  return head;
}

/** Length of the message at the beginning of the input; undefined if that is not known yet. */
function lengthOf(input: Buffer): number | undefined {
  const type = input[0];
  if (type === undefined) return undefined;
  if (type === PRIVATE_MESSAGE)
    return input.length < PRIVATE_HEADER ? undefined : PRIVATE_HEADER + input.readUInt32BE(4);
  if (type === SET_ENCODINGS) return input.length < 4 ? undefined : 4 + 4 * input.readUInt16BE(2);
  const length = LENGTHS[type];
  if (length === undefined) throw new Error(`The test's RFB server does not know message ${type}.`);
  return length;
}
