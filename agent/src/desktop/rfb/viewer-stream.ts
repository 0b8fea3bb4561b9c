/**
 * The direction from viewer to server, as one ordered list of parts. Parts are made one at a time when the owner
 * takes them. So the owner can work on one part for as long as it needs: the rest waits, and the rights of
 * that later moment hold for it.
 *
 * Bytes go on as they came, with these exceptions:
 * - The viewer always asks for a shared desktop.
 * - SetEncodings loses encodings that the interposer does not know.
 * - What the viewer has no right to is dropped (see viewer-rules.ts). Messages of xvp and gii are always dropped,
 *   because their encodings are never agreed.
 * - The marker of extended buttons is cleared until the server has agreed to them. Otherwise an old server and a
 *   new one would disagree on the message's length.
 * - A fence may be put before SetPixelFormat (see fence.ts).
 */
import { UniCoreError } from '@unicore/protocol';
import { bringsText, EXTENDED_HEADER, inflatesTooFar, MAX_CUT_TEXT } from './clipboard.ts';
import { Encoding, isKnown } from './encodings.ts';
import { FENCE_REQUEST, FENCE_SYNC_NEXT, PIXEL_FORMAT_FENCE } from './fence.ts';
import type { HeldInput, Key } from './held-input.ts';
import { InputBuffer } from './input-buffer.ts';
import { SECURITY_NONE, VERSION_BYTES, ViewerMessage } from './message-types.ts';
import { readPixelLayout } from './pixel-format.ts';
import {
  EXTENDED_BUTTONS,
  messageLength,
  PRIVATE_HEADER,
  SET_ENCODINGS_HEADER,
  SET_PIXEL_FORMAT_HEADER,
} from './viewer-message.ts';
import type { Activity, Part } from './viewer-part.ts';
import { type Circumstances, judge } from './viewer-rules.ts';

export class ViewerStream {
  readonly activity: Activity = { keys: 0, pointer: 0, clipboard: 0 };
  readonly #input = new InputBuffer();
  readonly #circumstances: Circumstances;
  readonly #held: HeldInput;
  #stage: 'version' | 'security' | 'init' | 'messages' = 'version';
  /** Number of bytes of a dropped message that are still to come. */
  #dropping = 0;
  /** True if the last message was a fence that holds for the message after it. */
  #isSynced = false;
  #failure: unknown;

  /** The rights in `circumstances` may change; they are read for each message. */
  constructor(circumstances: Circumstances, held: HeldInput) {
    this.#circumstances = circumstances;
    this.#held = held;
  }

  /**
   * Number of bytes that wait. After `take` returned undefined there are at most one message's; an owner that
   * holds parts back must stop reading from the viewer.
   */
  get waiting(): number {
    return this.#input.length;
  }

  /** Adds bytes of the viewer, which must not be changed afterwards. */
  push(bytes: Uint8Array): void {
    this.#input.add(bytes);
    this.#drop();
  }

  /**
   * Returns the next part, or undefined if more bytes are needed. Throws if the bytes are not RFB, or use a part of
   * it that the interposer does not know; then the connection must end.
   */
  take(): Part | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      return this.#stage === 'messages' ? this.#takeMessages() : this.#takeHandshake();
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  #takeHandshake(): Part | undefined {
    const bytes = this.#input.bytes;
    const length = this.#stage === 'version' ? VERSION_BYTES : 1;
    if (bytes.length < length) return undefined;
    this.#input.use(length);
    if (this.#stage === 'version') {
      const version = readVersion(bytes.toString('latin1', 0, VERSION_BYTES));
      this.#circumstances.negotiation.version = version;
      this.#stage = version === 3 ? 'init' : 'security';
    } else if (this.#stage === 'security') {
      if (bytes[0] !== SECURITY_NONE) {
        throw new UniCoreError(
          'PROTOCOL_ERROR',
          `The viewer chose security type ${bytes[0]}. Choose 1, None.`,
        );
      }
      this.#stage = 'init';
    } else {
      this.#stage = 'messages';
      return { kind: 'forward', bytes: Buffer.from([1]) };
    }
    return { kind: 'forward', bytes: bytes.subarray(0, length) };
  }

  #takeMessages(): Part | undefined {
    let bytes = this.#input.bytes;
    /** Number of bytes of messages that go on unchanged, as one part. */
    let run = 0;
    for (;;) {
      const message = bytes.subarray(run);
      const length = this.#length(message, run === 0);
      if (length < 0) break;
      const verdict = judge(message, this.#circumstances);
      const isWanted = verdict === 'forward' || verdict === 'special';
      if (isWanted && message.length < length) break;
      if (verdict === 'forward') {
        this.#note(message.subarray(0, length));
        run += length;
        continue;
      }
      // The messages before it come first. This message is judged again when it is taken.
      if (run > 0) break;
      if (verdict === 'special') {
        this.#input.use(length);
        return this.#special(message.subarray(0, length));
      }
      this.#dropping = length;
      this.#drop();
      if (verdict === 'refuse') return refusal();
      bytes = this.#input.bytes;
    }
    this.#input.use(run);
    return run === 0 ? undefined : { kind: 'forward', bytes: bytes.subarray(0, run) };
  }

  #drop(): void {
    if (this.#dropping > 0) this.#dropping -= this.#input.use(this.#dropping);
  }

  /**
   * Returns the length of the message that starts here, or a negative number if it needs more bytes. The error of an
   * illegal message waits until the messages before it are taken, and the message is the first.
   */
  #length(message: Buffer, isFirst: boolean): number {
    const { negotiation, privateMessages } = this.#circumstances;
    try {
      return messageLength(message, { extendedButtons: negotiation.hasExtendedButtons, privateMessages });
    } catch (error) {
      if (isFirst) throw error;
      return -1;
    }
  }

  /** Handles a message that does not go on as it is. */
  #special(message: Buffer): Part {
    switch (message[0]) {
      case ViewerMessage.setPixelFormat:
        return this.#setPixelFormat(message);
      case ViewerMessage.setEncodings:
        return this.#setEncodings(message);
      case ViewerMessage.private:
        return { kind: 'private', op: message[1]!, payload: message.subarray(PRIVATE_HEADER) };
      case ViewerMessage.cutText:
        if (inflatesTooFar(message.subarray(EXTENDED_HEADER))) return refusal();
        return this.#forward(message);
      case ViewerMessage.pointerEvent: {
        const unmarked = Buffer.from(message);
        unmarked[1]! &= ~EXTENDED_BUTTONS;
        return this.#forward(unmarked);
      }
      case ViewerMessage.fence:
        throw new UniCoreError(
          'PROTOCOL_ERROR',
          'The viewer sent a fence with the payload of the interposer.',
        );
      default:
        this.#note(message);
        return { kind: 'key', ...readKey(message), bytes: message };
    }
  }

  #setPixelFormat(message: Buffer): Part {
    const { negotiation } = this.#circumstances;
    const layout = readPixelLayout(message.subarray(SET_PIXEL_FORMAT_HEADER));
    if (!negotiation.setLayout(layout)) return this.#forward(message);
    if (this.#isSynced || !negotiation.listed(Encoding.fence)) {
      throw new UniCoreError(
        'PROTOCOL_ERROR',
        'The viewer changes the size of pixels while updates are on their way. Use a viewer with fences, or keep one format.',
      );
    }
    return this.#forward(message, PIXEL_FORMAT_FENCE);
  }

  #setEncodings(message: Buffer): Part {
    const encodings: number[] = [];
    for (let at = SET_ENCODINGS_HEADER; at < message.length; at += 4) {
      const encoding = message.readInt32BE(at);
      if (isKnown(encoding)) encodings.push(encoding);
    }
    this.#circumstances.negotiation.setEncodings(encodings);
    const known = Buffer.alloc(SET_ENCODINGS_HEADER + 4 * encodings.length);
    message.copy(known, 0, 0, SET_ENCODINGS_HEADER);
    known.writeUInt16BE(encodings.length, 2);
    for (const [index, encoding] of encodings.entries()) {
      known.writeInt32BE(encoding, SET_ENCODINGS_HEADER + 4 * index);
    }
    return this.#forward(known);
  }

  #forward(message: Buffer, before?: Buffer): Part {
    this.#note(message);
    return { kind: 'forward', bytes: before === undefined ? message : Buffer.concat([before, message]) };
  }

  /** Notes what a message that goes on means for later messages, for idle time and for keys that are held. */
  #note(message: Buffer): void {
    this.#isSynced = false;
    switch (message[0]) {
      case ViewerMessage.keyEvent:
      case ViewerMessage.qemu: {
        const { isDown, keysym, keycode } = readKey(message);
        this.#held.key({ keysym, keycode }, isDown);
        this.activity.keys += 1;
        break;
      }
      case ViewerMessage.pointerEvent:
        this.#held.pointer(message.readUInt16BE(2), message.readUInt16BE(4), readButtons(message));
        this.activity.pointer += 1;
        break;
      case ViewerMessage.cutText:
        if (bringsText(message)) this.activity.clipboard += 1;
        break;
      case ViewerMessage.framebufferUpdateRequest:
        this.#circumstances.negotiation.updateRequested(false);
        break;
      case ViewerMessage.enableContinuousUpdates:
        if (message[1] !== 0) this.#circumstances.negotiation.updateRequested(true);
        break;
      case ViewerMessage.fence: {
        const flags = message.readUInt32BE(4);
        this.#isSynced = (flags & FENCE_REQUEST) !== 0 && (flags & FENCE_SYNC_NEXT) !== 0;
      }
    }
  }
}

/** Reads ProtocolVersion. As servers do, takes an unofficial version for the next lower official one. */
function readVersion(text: string): 3 | 7 | 8 {
  const minor = /^RFB 003\.(\d{3})\n$/.exec(text)?.[1];
  if (minor === undefined) {
    throw new UniCoreError(
      'PROTOCOL_ERROR',
      'The viewer does not speak RFB 3. Use a VNC viewer of version 3.3 to 3.8.',
    );
  }
  if (Number(minor) >= 8) return 8;
  return Number(minor) === 7 ? 7 : 3;
}

function readKey(message: Buffer): Key & { isDown: boolean } {
  const isQemu = message[0] === ViewerMessage.qemu;
  const isDown = isQemu ? message.readUInt16BE(2) !== 0 : message[1] !== 0;
  return { isDown, keysym: message.readUInt32BE(4), keycode: isQemu ? message.readUInt32BE(8) : undefined };
}

function readButtons(message: Buffer): number {
  const isExtended = message.length > 6;
  return isExtended ? (message[1]! & ~EXTENDED_BUTTONS) | (message[6]! << 7) : message[1]!;
}

function refusal(): Part {
  return { kind: 'refused', reason: `The copied text is larger than ${MAX_CUT_TEXT / 1024} KiB.` };
}
