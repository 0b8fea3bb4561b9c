/**
 * Parses the messages from the server to the viewer. All bytes are passed on as they arrive, except clipboard
 * messages that the viewer has no right to, and answers to the interposer's own fences. Messages are parsed even if
 * all of them may pass, so that rights can change during a connection.
 */
import { UniCoreError } from '@unicore/protocol';
import { ByteSource, type Reading } from './byte-source.ts';
import { CUT_TEXT_HEADER, checkLength, EXTENDED_HEADER, mayPass, purposeOf } from './clipboard.ts';
import { FENCE_HEADER, FENCE_REQUEST, isPixelFormatFence, PIXEL_FORMAT_FENCE_PAYLOAD } from './fence.ts';
import { SECURITY_NONE, ServerMessage, VERSION_BYTES } from './message-types.ts';
import type { Negotiation } from './negotiation.ts';
import { PIXEL_FORMAT_BYTES, readPixelLayout } from './pixel-format.ts';
import { passRectangle } from './rectangle.ts';
import type { Rights } from './rights.ts';

/** Fixed part of ServerInit: u16 width, u16 height, the pixel format, u32 length of the name. */
const SERVER_INIT = 4 + PIXEL_FORMAT_BYTES + 4;
/** In this place of an update, the number means: rectangles follow until a LastRect. */
const UNTIL_LAST_RECT = 0xffff;

export class ServerStream {
  readonly #source = new ByteSource();
  readonly #negotiation: Negotiation;
  readonly #rights: () => Rights;
  readonly #reading: Reading<never>;
  #failure: unknown;
  #atBoundary = false;

  constructor(negotiation: Negotiation, rights: () => Rights) {
    this.#negotiation = negotiation;
    this.#rights = rights;
    this.#reading = this.#read();
  }

  /** True if the handshake is complete, and the bytes so far end with a complete message. */
  get atBoundary(): boolean {
    return this.#atBoundary;
  }

  /**
   * Takes bytes of the server, which the caller must not change afterwards, and returns the bytes for the viewer.
   * Throws if the bytes are not RFB, or use a part of RFB that the interposer does not know. Then the connection
   * must be closed.
   */
  push(bytes: Uint8Array): Uint8Array[] {
    if (this.#failure !== undefined) throw this.#failure;
    this.#source.add(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    try {
      this.#reading.next();
    } catch (error) {
      this.#failure = error;
      throw error;
    }
    return this.#source.takePassed();
  }

  *#read(): Reading<never> {
    yield* this.#handshake();
    for (;;) {
      this.#atBoundary = true;
      yield* this.#source.wait(1);
      this.#atBoundary = false;
      yield* this.#message();
    }
  }

  *#handshake(): Reading<void> {
    const source = this.#source;
    yield* source.pass(VERSION_BYTES);
    yield* source.wait(1);
    const { version } = this.#negotiation;
    if (version === undefined) {
      throw new UniCoreError(
        'PROTOCOL_ERROR',
        'The VNC server went on before the viewer had chosen a version.',
      );
    }
    yield* version === 3 ? this.#securityType() : this.#securityTypes();
    if (version === 8) yield* this.#securityResult();
    yield* source.wait(SERVER_INIT);
    this.#negotiation.serverInit(readPixelLayout(source.slice(4, PIXEL_FORMAT_BYTES)));
    yield* source.pass(SERVER_INIT + source.u32(SERVER_INIT - 4));
  }

  /** Reads the security type, which the server chooses in RFB version 3.3. */
  *#securityType(): Reading<void> {
    yield* this.#source.wait(4);
    const type = this.#source.u32(0);
    yield* this.#source.pass(4);
    if (type === 0) yield* this.#refusal();
    if (type !== SECURITY_NONE) {
      throw new UniCoreError(
        'PROTOCOL_ERROR',
        `The VNC server asks for security type ${type}, not for None.`,
      );
    }
  }

  *#securityTypes(): Reading<void> {
    yield* this.#source.wait(1);
    const count = this.#source.u8(0);
    yield* this.#source.pass(1 + count);
    if (count === 0) yield* this.#refusal();
  }

  *#securityResult(): Reading<void> {
    yield* this.#source.wait(4);
    const result = this.#source.u32(0);
    yield* this.#source.pass(4);
    if (result !== 0) yield* this.#refusal();
  }

  /** Passes on the reason why the server refuses the viewer. After it, the server closes the connection. */
  *#refusal(): Reading<never> {
    yield* this.#source.wait(4);
    yield* this.#source.pass(4 + this.#source.u32(0));
    yield* this.#source.wait(1);
    throw new UniCoreError('PROTOCOL_ERROR', 'The VNC server went on after it had refused the viewer.');
  }

  *#message(): Reading<void> {
    const source = this.#source;
    const type = source.u8(0);
    switch (type) {
      case ServerMessage.framebufferUpdate:
        return yield* this.#update();
      case ServerMessage.setColourMapEntries:
        yield* source.wait(6);
        return yield* source.pass(6 + source.u16(4) * 6);
      case ServerMessage.bell:
      case ServerMessage.endOfContinuousUpdates:
        return yield* source.pass(1);
      case ServerMessage.cutText:
        return yield* this.#cutText();
      case ServerMessage.fence:
        return yield* this.#fence();
      default:
        throw new UniCoreError(
          'PROTOCOL_ERROR',
          `The VNC server sent a message of the unknown type ${type}.`,
        );
    }
  }

  *#update(): Reading<void> {
    yield* this.#source.wait(4);
    const count = this.#source.u16(2);
    yield* this.#source.pass(4);
    for (let index = 0; index < count || count === UNTIL_LAST_RECT; index += 1) {
      const isLast = yield* passRectangle(this.#source, this.#negotiation);
      if (isLast) break;
    }
    this.#negotiation.updateEnded();
  }

  *#cutText(): Reading<void> {
    const source = this.#source;
    yield* source.wait(CUT_TEXT_HEADER);
    const length = source.i32(4);
    checkLength(length);
    if (length < 0) yield* source.wait(EXTENDED_HEADER);
    const purpose = length < 0 ? purposeOf(source.i32(CUT_TEXT_HEADER), -length) : 'offer';
    const { canControl, clipboardToDesktop, clipboardFromDesktop } = this.#rights();
    const bytes = CUT_TEXT_HEADER + Math.abs(length);
    if (mayPass(purpose, clipboardFromDesktop, canControl && clipboardToDesktop)) yield* source.pass(bytes);
    else yield* source.drop(bytes);
  }

  *#fence(): Reading<void> {
    const source = this.#source;
    yield* source.wait(FENCE_HEADER);
    const isAnswer = (source.u32(4) & FENCE_REQUEST) === 0;
    const length = source.u8(8);
    if (!isAnswer || length !== PIXEL_FORMAT_FENCE_PAYLOAD) return yield* source.pass(FENCE_HEADER + length);
    yield* source.wait(FENCE_HEADER + length);
    if (!isPixelFormatFence(source.slice(FENCE_HEADER, length)))
      return yield* source.pass(FENCE_HEADER + length);
    this.#negotiation.confirmLayout();
    yield* source.drop(FENCE_HEADER + length);
  }
}
