/**
 * The interposer between one viewer and the VNC server. It parses both directions of their connection, and drops
 * what the viewer may not do. It has no socket: its owner moves the bytes.
 */
import { HeldInput, type Key } from './held-input.ts';
import { Negotiation } from './negotiation.ts';
import type { Rights } from './rights.ts';
import { ServerStream } from './server-stream.ts';
import type { Activity } from './viewer-part.ts';
import { ViewerStream } from './viewer-stream.ts';

export interface InterposerOptions {
  readonly rights: Rights;
  /** True if the viewer may send private messages, which are UniCore's extension of RFB. Default: false. */
  readonly privateMessages?: boolean;
}

export class Interposer {
  /**
   * What the viewer may do. Before the owner sets `canControl` to false, it must send the bytes of {@link release}
   * to the server, because the viewer's own key releases are dropped from then on.
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

  /** The buttons that the viewer holds down, as the bit mask of RFB. */
  get heldButtons(): number {
    return this.#held.buttons;
  }

  /** Number of times that the viewer pressed or released a button. */
  get buttonChanges(): number {
    return this.#held.buttonChanges;
  }

  /**
   * Returns the messages to the server that release all keys and buttons of the viewer, and forgets these keys and
   * buttons. The owner may send them between any two parts. Releasing a key that was not pressed over RFB does no
   * harm.
   */
  release(): Uint8Array {
    return this.#held.release();
  }
}
