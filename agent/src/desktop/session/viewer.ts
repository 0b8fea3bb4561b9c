/**
 * One viewer of a desktop's screen: joins a channel of kind vnc to a connection of its own to the VNC server. The
 * interposer between the two decides what passes.
 */
import { connect, type Socket } from 'node:net';
import { type AcceptedChannel, type ChannelHandler, type Clock, UniCoreError } from '@unicore/protocol';
import type { Holder, Lease } from '../lease/index.ts';
import { Interposer, type Part, type Rights } from '../rfb/index.ts';
import { SendQueue } from './send-queue.ts';
import { type TypingParts, ViewerTyping } from './viewer-typing.ts';

/** The VNC server is not read while this many bytes wait for the viewer. */
const MOST_WAITING = 256 * 1024;
/** Keys and buttons are let go this long after the viewer's path was lost, ms. */
const RELEASE_MS = 1_000;

export interface ViewerOptions {
  /** Path of the unix socket on which the VNC server listens. */
  rfbSocket: string;
  holder: Holder;
  /** What this viewer may do while it has the controls. */
  rights: Rights;
  lease: Lease;
  clock: Clock;
  typing: TypingParts;
  /** True if the viewer sends private messages. */
  privateMessages: boolean;
  /** Called when the viewer has used a key, the pointer or the clipboard. */
  used(): void;
  /** Called when a text was too large for the clipboard. */
  refused(reason: string): void;
  gone(): void;
}

export class Viewer {
  readonly handler: ChannelHandler;
  readonly #options: ViewerOptions;
  readonly #interposer: Interposer;
  readonly #typing: ViewerTyping;
  readonly #queue = new SendQueue();
  readonly #server: Socket;
  readonly #unsubscribe: () => void;
  #rights: Rights;
  /** The same rights without the controls. */
  #watching: Rights;
  #channel: AcceptedChannel | undefined;
  #inputs = 0;
  #buttonChanges = 0;
  /** Messages of the clipboard so far. */
  #copies = 0;
  /** Resolves when an input has reached the browser. All that came after that input waits. */
  #typed: Promise<void> | undefined;
  /** Bytes of the viewer that the VNC server has not taken yet. */
  #unconsumed = 0;
  #over = false;
  #cancelRelease: () => void = () => undefined;

  constructor(options: ViewerOptions) {
    this.#options = options;
    this.#rights = options.rights;
    this.#watching = { ...options.rights, canControl: false };
    const { rights, privateMessages, typing, clock } = options;
    this.#interposer = new Interposer({ rights, privateMessages });
    const isAllowed = () => !this.#over && this.#interposer.rights.canControl;
    this.#typing = new ViewerTyping({ ...typing, clock, isAllowed });
    this.#server = connect(options.rfbSocket);
    this.#server.setNoDelay(true);
    this.#server.on('data', (bytes) => this.#fromServer(bytes));
    this.#server.on('drain', () => this.#pump());
    // Without a listener, an 'error' event would end the process. The 'close' event follows and is handled.
    this.#server.on('error', () => undefined);
    this.#server.on('close', () =>
      this.#channel?.end('RUNTIME_UNAVAILABLE', 'The display was started again. Connect again.'),
    );
    this.#unsubscribe = options.lease.subscribe(() => this.#controlChanged());
    this.handler = {
      data: (bytes) => this.#fromViewer(bytes),
      pull: (max) => this.#pull(max),
      attached: () => this.#cancelRelease(),
      detached: () => {
        this.#cancelRelease();
        this.#cancelRelease = options.clock.after(RELEASE_MS, () => void this.#releaseTyped());
      },
      closed: () => this.#close(),
    };
  }

  /** The channel exists from now on. */
  bind(channel: AcceptedChannel): void {
    this.#channel = channel;
    channel.wake();
  }

  /** Sets new rights, such as those of a user who came back as a guest. */
  allow(rights: Rights): void {
    this.#rights = rights;
    this.#watching = { ...rights, canControl: false };
    this.#applyRights();
  }

  /** The desktop ends. Its display would only say that it is gone. */
  end(reason: string): void {
    this.#channel?.reset('SESSION_ENDED', reason);
  }

  #fromViewer(bytes: Uint8Array): void {
    this.#interposer.fromViewer.push(bytes);
    this.#pump();
    // What the VNC server has not taken yet is not consumed, so a slow server slows the viewer down.
    this.#unconsumed += bytes.length;
    this.#consume();
  }

  #consume(): void {
    if (this.#typed || this.#server.writableNeedDrain || this.#unconsumed === 0) return;
    const bytes = this.#unconsumed;
    this.#unconsumed = 0;
    this.#channel?.consumed(bytes);
  }

  #pump(): void {
    this.#guarded(() => {
      while (!this.#over && !this.#typed && !this.#server.writableNeedDrain) {
        // The rights are set before each part, because an input may change who has the controls.
        this.#applyRights();
        const part = this.#interposer.fromViewer.take();
        if (part === undefined) break;
        this.#carryOut(part);
      }
      this.#noteInput();
    });
    this.#consume();
  }

  #carryOut(part: Part): void {
    this.#noteInput();
    if (part.kind === 'private') return this.#type(part.op, part.payload);
    if (part.kind === 'refused') return this.#options.refused(part.reason);
    if (part.kind === 'key' && part.isDown) return this.#press(part.keysym, part.bytes);
    const { buttonChanges, activity } = this.#interposer;
    if (buttonChanges > this.#buttonChanges) this.#typing.click(buttonChanges - this.#buttonChanges);
    this.#buttonChanges = buttonChanges;
    const isCopy = activity.clipboard !== this.#copies;
    this.#copies = activity.clipboard;
    if (isCopy) this.#wait(this.#copy(part.bytes), () => undefined);
    else this.#send(part.bytes);
  }

  /** A paste that the browser has not carried out yet must not get a newer text, and the next one must not get an older. */
  async #copy(bytes: Uint8Array): Promise<void> {
    await this.#typing.settled();
    // The viewer may have lost the controls meanwhile.
    if (!this.#interposer.rights.canControl) return;
    this.#send(bytes);
    await this.#typing.copied();
  }

  /** A key waits for a click or a shortcut before it. Its viewer may lose the controls meanwhile. */
  #press(keysym: number, bytes: Uint8Array): void {
    const press = () => {
      if (!this.#interposer.rights.canControl) return;
      this.#typing.pressed(
        keysym,
        this.#interposer.heldKeys.map((key) => key.keysym),
      );
      this.#send(bytes);
    };
    if (this.#typing.isPending) this.#wait(this.#typing.settled(), press);
    else press();
  }

  #type(op: number, payload: Uint8Array): void {
    if (!this.#interposer.rights.canControl) return;
    const typed = this.#typing.type(op, payload);
    this.#used();
    this.#wait(typed, (failure) => {
      if (failure) this.#channel?.reset(failure.code, failure.message);
    });
  }

  #wait<T>(typed: Promise<T>, then: (result: T) => void): void {
    this.#typed = typed.then((result) => {
      this.#typed = undefined;
      then(result);
      this.#pump();
    });
  }

  /** An input that passed takes or renews the controls, and keeps the desktop alive. */
  #noteInput(): void {
    const { keys, pointer, clipboard } = this.#interposer.activity;
    const inputs = keys + pointer + clipboard;
    if (inputs === this.#inputs) return;
    this.#inputs = inputs;
    this.#used();
  }

  #used(): void {
    this.#options.lease.allow(this.#options.holder);
    this.#options.used();
  }

  #fromServer(bytes: Buffer): void {
    this.#guarded(() => {
      for (const piece of this.#interposer.fromServer.push(bytes)) this.#queue.push(piece);
    });
    if (this.#queue.size > MOST_WAITING) this.#server.pause();
    this.#channel?.wake();
  }

  #pull(max: number): Uint8Array | undefined {
    const bytes = this.#queue.pull(max);
    if (this.#queue.size <= MOST_WAITING / 2) this.#server.resume();
    return bytes;
  }

  /** Ends the connection of a viewer that does not speak RFB. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof UniCoreError)) throw error;
      this.#channel?.reset(error.code, error.message);
    }
  }

  #controlChanged(): void {
    const { lease, holder } = this.#options;
    if (lease.heldByOther(holder)) this.#release();
    this.#applyRights();
  }

  /** While somebody else has the controls, this viewer only watches. */
  #applyRights(): void {
    const { lease, holder } = this.#options;
    this.#interposer.rights = lease.heldByOther(holder) ? this.#watching : this.#rights;
  }

  /** Lets go of all keys and buttons, also of a key that still waits to be pressed. */
  async #releaseTyped(): Promise<void> {
    while (this.#typed) await this.#typed;
    this.#release();
  }

  #release(): void {
    this.#typing.release();
    this.#send(this.#interposer.release());
  }

  #send(bytes: Uint8Array): void {
    if (bytes.length > 0 && this.#server.writable) this.#server.write(bytes);
  }

  #close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#cancelRelease();
    this.#typing.release();
    this.#unsubscribe();
    this.#server.destroy();
    this.#options.gone();
  }
}
