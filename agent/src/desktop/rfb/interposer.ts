/**
 * What stands between one viewer and the VNC server: it joins the two directions of their connection. It has no
 * socket; its owner moves the bytes.
 */
import { HeldInput, type Key } from './held-input.ts';
import { Negotiation } from './negotiation.ts';
import type { Rights } from './rights.ts';
import { ServerStream } from './server-stream.ts';
import type { Activity } from './viewer-part.ts';
import { ViewerStream } from './viewer-stream.ts';

export interface InterposerOptions {
  readonly rights: Rights;
  /** True if viewer and owner have agreed on private messages. Default: false. */
  readonly privateMessages?: boolean;
}

export class Interposer {
  /**
   * What the viewer may do. Before the owner takes `canControl` away, it sends the bytes of {@link release} to the
   * server, because the viewer's own releases will not reach it.
   */
  rights: Rights;
  readonly fromViewer: ViewerStream;
  readonly fromServer: ServerStream;
  readonly #held = new HeldInput();

  constructor({ rights, privateMessages = false }: InterposerOptions) {
    this.rights = rights;
    const negotiation = new Negotiation();
    const currentRights = () => this.rights;
    this.fromServer = new ServerStream(negotiation, currentRights);
    const circumstances = {
      negotiation,
      privateMessages,
      get rights() {
        return currentRights();
      },
    };
    this.fromViewer = new ViewerStream(circumstances, this.#held);
  }

  get activity(): Readonly<Activity> {
    return this.fromViewer.activity;
  }

  /** The keys that the viewer holds down. */
  get heldKeys(): readonly Key[] {
    return this.#held.keys;
  }

  /** The mask of the buttons that the viewer holds down. */
  get heldButtons(): number {
    return this.#held.buttons;
  }

  /** How often the viewer pressed a button or let one go. */
  get buttonChanges(): number {
    return this.#held.buttonChanges;
  }

  /**
   * Returns the messages to the server that let go of all keys and buttons that the viewer holds, and forgets them.
   * They may be sent between any two parts. It does no harm to release a key that did not go by RFB.
   */
  release(): Uint8Array {
    return this.#held.release();
  }
}
