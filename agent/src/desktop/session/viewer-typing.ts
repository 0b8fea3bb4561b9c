/**
 * Keeps what one viewer types in order: it brings the viewer's private messages to the desktop, one after the other, and
 * tells when a key of RFB may go to the VNC server.
 */
import { type Clock, PrivateOp, UniCoreError } from '@unicore/protocol';
import { TypedKey, TypedText } from '@unicore/protocol/control';
import { type DisplayKeys, isShortcut, Order, type Pages, Typing } from '../typing/index.ts';
import { parse } from './parse.ts';

/** What all viewers of a desktop type with. */
export interface TypingParts {
  readonly pages: Pages;
  readonly display: DisplayKeys;
}

export interface ViewerTypingOptions extends TypingParts {
  readonly clock: Clock;
  readonly isAllowed: () => boolean;
}

export class ViewerTyping {
  readonly #order: Order;
  readonly #typing: Typing;
  /** The input that is being typed. */
  #current: Promise<unknown> = Promise.resolve();

  constructor({ clock, pages, display, isAllowed }: ViewerTypingOptions) {
    this.#order = new Order({ clock, pages, display });
    this.#typing = new Typing({ display, pages, order: this.#order, isAllowed });
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

  /** Resolves when the browser has carried out all input so far, such as a paste. */
  settled(): Promise<void> {
    return this.#next(() => this.#order.ready());
  }

  /** Resolves when a key that is pressed now pastes the text that the VNC server has just got. */
  copied(): Promise<void> {
    return this.#next(() => this.#order.copied());
  }

  /** True if a key that goes to the VNC server now could be handled before earlier input. See {@link settled}. */
  get isPending(): boolean {
    return this.#order.isPending;
  }

  /** Buttons of the pointer are about to be pressed or let go by the VNC server. */
  click(count: number): void {
    this.#order.click(count);
  }

  /** The VNC server is about to press a key while others are held. */
  pressed(keysym: number, held: readonly number[]): void {
    if (isShortcut(keysym, held)) this.#order.shortcut();
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
}

function json(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  } catch {
    throw new UniCoreError('BAD_REQUEST', 'A private message must be JSON in UTF-8.');
  }
}
