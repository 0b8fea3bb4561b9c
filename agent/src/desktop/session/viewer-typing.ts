/** Brings the private messages of one viewer to the desktop, one after the other. */
import { type Clock, PrivateOp, UniCoreError } from '@unicore/protocol';
import { TypedKey, TypedText } from '@unicore/protocol/control';
import { type DisplayKeys, type Focus, type Pages, Typing } from '../typing/index.ts';
import { parse } from './parse.ts';

/**
 * The VNC server's answer is not waited for longer than this, ms. It lies behind pixels, which a viewer on a slow line
 * takes only slowly.
 */
const FENCE_MS = 250;

/** What all viewers of a desktop type with. */
export interface TypingParts {
  readonly pages: Pages;
  readonly display: DisplayKeys;
  readonly focus: Focus;
}

export interface ViewerTypingOptions extends TypingParts {
  readonly clock: Clock;
  /** Sends messages to the VNC server. */
  readonly send: (bytes: Uint8Array) => void;
  /** The message that the VNC server answers when it has handled all input before; undefined if there is none. */
  readonly inputFence: () => Uint8Array | undefined;
  readonly isAllowed: () => boolean;
}

export class ViewerTyping {
  readonly #options: ViewerTypingOptions;
  readonly #typing: Typing;
  /** What waits for the answers of the VNC server, in the order of the fences. */
  readonly #fences: (() => void)[] = [];
  /** The input that is being typed. */
  #current: Promise<unknown> = Promise.resolve();

  constructor(options: ViewerTypingOptions) {
    this.#options = options;
    const { focus, pages, display, send, isAllowed } = options;
    this.#typing = new Typing({
      focus,
      pages,
      send,
      isAllowed,
      sent: () => this.#sent(),
      typeSpare: (keysym) => display.typeSpare(keysym),
    });
  }

  /** Resolves when the input was typed; with an error if the message is none that is known. */
  async type(op: number, payload: Uint8Array): Promise<UniCoreError | undefined> {
    try {
      await this.#next(this.#read(op, payload));
      return undefined;
    } catch (error) {
      if (error instanceof UniCoreError) return error;
      throw error;
    }
  }

  /** A click of the viewer is about to go to the VNC server. */
  click(): void {
    this.#typing.click();
  }

  /** A key of the viewer itself is about to go to the VNC server. */
  otherKey(): void {
    this.#typing.moved();
  }

  /** The VNC server has answered a fence. */
  inputHandled(): void {
    this.#fences.shift()?.();
  }

  /** Lets go of all keys when the current input was typed. */
  release(): void {
    void this.#next(() => this.#typing.release());
  }

  #read(op: number, payload: Uint8Array): () => Promise<void> {
    if (op === PrivateOp.key) {
      const key = parse(TypedKey, json(payload), 'key');
      return () => this.#typing.key(key);
    }
    if (op === PrivateOp.text) {
      const { text } = parse(TypedText, json(payload), 'text');
      return () => this.#typing.text(text);
    }
    throw new UniCoreError('BAD_REQUEST', `op: there is no private message ${op}.`);
  }

  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#current.then(work);
    this.#current = done.catch(() => undefined);
    return done;
  }

  #sent(): Promise<boolean> {
    const fence = this.#options.inputFence();
    if (fence === undefined) return Promise.resolve(false);
    this.#options.send(fence);
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(FENCE_MS, () => resolve(false));
      this.#fences.push(() => {
        cancel();
        resolve(true);
      });
    });
  }
}

function json(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    throw new UniCoreError('BAD_REQUEST', 'A private message must be JSON in UTF-8.');
  }
}
