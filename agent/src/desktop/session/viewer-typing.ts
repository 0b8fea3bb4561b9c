/** Brings the private messages of one viewer to the desktop, one after the other. */
import { type Clock, PrivateOp, UniCoreError } from '@unicore/protocol';
import { TypedKey, TypedText } from '@unicore/protocol/control';
import { type DisplayKeys, Order, type Pages, Typing } from '../typing/index.ts';
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

  /** A button of the viewer's pointer is about to be pressed or let go by the VNC server. */
  click(): void {
    this.#order.click();
  }

  /** A key of the viewer itself is about to go to the VNC server. */
  otherKey(): void {
    this.#order.shortcut();
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
