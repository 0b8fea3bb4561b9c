/** A terminal: one PTY, its latest output, its screen, and its viewers. */
import type { Channel, ChannelHandler, Clock } from '@unicore/protocol';
import type { TerminalInfo } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import type { Pty, PtyExit, PtySize } from '../pty/index.ts';
import { Echo } from './echo.ts';
import { interrupts, readInput } from './input.ts';
import { Output, sizeNotice } from './output/index.ts';
import { RoundRobin, Screen } from './screen/index.ts';
import { Viewer, Viewers } from './viewers/index.ts';

/**
 * Back-pressure limit, in bytes. While even the fastest viewer has more unread output than this, the program
 * is paused. The program is resumed at half of this limit.
 */
const MAX_LAG = 256 * 1024;
/**
 * The program is also paused if the screen has not parsed this many bytes yet. Parsing that many bytes takes
 * some tens of ms.
 */
const MAX_UNPARSED = 512 * 1024;
/**
 * Largest number of bytes of answers that may wait for the program. A program that sends queries but never
 * reads gets no more answers.
 */
const MAX_ANSWERS = 4 * 1024;

/** The screens of all terminals in this process take turns in parsing. */
const scheduler = new RoundRobin();

export interface TerminalOptions {
  terminalId: string;
  pty: Pty;
  size: PtySize;
  clock: Clock;
  log: Logger;
}

export interface ViewRequest {
  /** Id of the viewer. RPC calls use this id to name the viewer. */
  viewer: string;
  user: string;
  mayWrite: boolean;
  /** Size of the viewer's window. */
  size: PtySize;
  /** Opens the viewer's channel. */
  accept(handler: ChannelHandler): Channel;
  /** Called when the viewer's channel is closed. */
  gone(): void;
}

export class Terminal {
  /** Resolves when the program has ended. Viewers may still read its last output. */
  readonly ended: Promise<PtyExit>;
  readonly #options: TerminalOptions;
  readonly #pty: Pty;
  readonly #output = new Output();
  readonly #screen: Screen;
  readonly #viewers = new Viewers();
  readonly #echo: Echo;
  readonly #createdAt = Date.now();
  #size: PtySize;
  /**
   * Size of the terminal at the end of the output. A new size takes effect at the next offset that is not
   * inside a sequence or a character.
   */
  #sizeInOutput: PtySize;
  #unreadAnswers = 0;
  #paused = false;
  #closing = false;
  #farewell: string | undefined;

  constructor(options: TerminalOptions) {
    this.#options = options;
    this.#pty = options.pty;
    this.#echo = new Echo(options.clock);
    this.#size = options.size;
    this.#sizeInOutput = options.size;
    const { log, clock, size } = options;
    this.#screen = new Screen({
      output: this.#output,
      size,
      scheduler,
      clock,
      events: {
        answer: (bytes) => this.#answer(bytes),
        parsed: () => this.#regulate(),
        fault: (error) => log.error({ err: error }, 'some output could not be shown'),
      },
    });
    this.#pty.onData((bytes) => this.#put(bytes));
    this.ended = this.#pty.exited.then((exit) => this.#exited(exit));
  }

  info(): TerminalInfo {
    return {
      terminalId: this.#options.terminalId,
      title: this.#screen.title,
      ...this.#size,
      viewers: this.#viewers.present,
      createdAt: this.#createdAt,
      echoMs: this.#echo.ms,
    };
  }

  view({ viewer: id, user, mayWrite, size, accept, gone }: ViewRequest): void {
    const viewer = new Viewer({
      id,
      user,
      mayWrite,
      size,
      clock: this.#options.clock,
      output: this.#output,
      held: () => this.#paused,
      draw: (scrollback) => this.#screen.snapshot(scrollback),
      notice: (whose, its) => this.#notice(whose, its),
      input: (whose, bytes, done) => this.#input(whose, bytes, done),
      changed: () => this.#changed(),
      gone: (whose) => {
        this.#viewers.remove(whose);
        this.#changed();
        gone();
        this.#disposeWhenDone();
      },
    });
    this.#viewers.add(viewer);
    // Set the terminal's size before the snapshot is drawn. Then the snapshot fits the window that determines
    // the size.
    this.#changed();
    viewer.begin(accept);
    if (this.#farewell !== undefined) viewer.end(this.#farewell);
  }

  /** Called when a viewer has resumed its channel, perhaps with other rights and another window size. */
  returned(id: string, { mayWrite, size }: { mayWrite: boolean; size: PtySize }): void {
    const viewer = this.#viewers.find(id);
    if (!viewer) return;
    viewer.mayWrite = mayWrite;
    this.#changed();
    this.resize(size, id);
  }

  /**
   * Sets the size of a viewer's window. If that viewer typed last, the terminal gets the same size. If no
   * viewer is given, sets only the terminal's size.
   */
  resize(size: PtySize, viewerId?: string): void {
    if (viewerId === undefined) return this.#resize(size);
    const viewer = this.#viewers.find(viewerId);
    if (!viewer) return;
    viewer.size = size;
    if (this.#viewers.typist === viewer) this.#resize(size);
  }

  /** Sends SIGHUP to the program. Resolves when the program has ended. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#regulate();
    this.#pty.kill();
    await this.ended;
  }

  // ---- output

  #put(bytes: Uint8Array): void {
    this.#echo.put();
    this.#output.append(bytes);
    this.#screen.wake();
    for (const viewer of this.#viewers) viewer.wake();
    this.#regulate();
  }

  #regulate(): void {
    const load = Math.max(this.#viewers.lag / MAX_LAG, this.#screen.unparsed / MAX_UNPARSED);
    if (!this.#paused && load > 1 && !this.#closing) {
      this.#paused = true;
      this.#pty.pause();
    } else if (this.#paused && (load <= 0.5 || this.#closing)) {
      this.#paused = false;
      this.#pty.resume();
    }
  }

  #exited(exit: PtyExit): PtyExit {
    this.#farewell = `exited with status ${exit.code}`;
    this.#options.log.info({ status: exit.code }, 'a program ended');
    for (const viewer of this.#viewers) viewer.end(this.#farewell);
    this.#disposeWhenDone();
    return exit;
  }

  #disposeWhenDone(): void {
    if (this.#farewell !== undefined && this.#viewers.size === 0) this.#screen.dispose();
  }

  // ---- input

  #input(viewer: Viewer, bytes: Uint8Array, done: () => void): void {
    if (!viewer.mayWrite) return done();
    const { typed, withoutReports } = readInput(bytes);
    if (typed && this.#viewers.typed(viewer)) this.#follow();
    const allowed = this.#viewers.responder === viewer ? bytes : withoutReports;
    if (allowed.length === 0) return done();
    if (typed) this.#echo.pressed();
    this.#pty.write(allowed, done);
    if (interrupts(allowed)) for (const each of this.#viewers) each.interrupted(each === viewer);
  }

  /** Answers a query of the program, unless a viewer's terminal answers queries. */
  #answer(bytes: Uint8Array): void {
    if (this.#viewers.responder || this.#unreadAnswers + bytes.length > MAX_ANSWERS) return;
    this.#unreadAnswers += bytes.length;
    this.#pty.write(bytes, () => {
      this.#unreadAnswers -= bytes.length;
    });
  }

  // ---- size

  #changed(): void {
    if (this.#viewers.settle()) this.#follow();
    this.#regulate();
  }

  /**
   * Gives the terminal the window size of the viewer that typed last, and tells all viewers the terminal's
   * size.
   */
  #follow(): void {
    const { typist } = this.#viewers;
    if (typist && !same(typist.size, this.#size)) this.#resize(typist.size);
    else this.#announce();
  }

  #resize(size: PtySize): void {
    if (same(size, this.#size)) return;
    this.#size = size;
    this.#pty.resize(size);
    this.#output.whenClosed((at) => {
      this.#sizeInOutput = size;
      this.#screen.resizeAt(at, size);
      for (const viewer of this.#viewers) viewer.tell({ at, size });
    });
  }

  #announce(): void {
    this.#output.whenClosed((at) => {
      for (const viewer of this.#viewers) viewer.tell({ at, size: this.#sizeInOutput });
    });
  }

  #notice(viewer: Viewer, size: PtySize): string {
    const { typist } = this.#viewers;
    return sizeNotice({ ...size, mine: typist === viewer, typist: typist?.user });
  }
}

function same(a: PtySize, b: PtySize): boolean {
  return a.cols === b.cols && a.rows === b.rows;
}
