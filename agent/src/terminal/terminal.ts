/** A terminal: one PTY, the latest of its output, its screen, and whoever looks at it. */
import type { Channel, ChannelHandler, Clock } from '@unicore/protocol';
import type { TerminalInfo } from '@unicore/protocol/control';
import type { Logger } from 'pino';
import type { Pty, PtyExit, PtySize } from '../pty/index.ts';
import { Audience } from './audience.ts';
import { Echo } from './echo.ts';
import { interrupts, readInput } from './input.ts';
import { sizeNotice } from './notice.ts';
import { Output } from './output.ts';
import { Screen } from './screen.ts';
import { Turns } from './turns.ts';
import { Viewer } from './viewer.ts';

/** The program waits while even the fastest viewer has more than this to read, and goes on at half of it. */
const MAX_LAG = 256 * 1024;
/** The same for what our own screen has to parse: so much is done in a few hundredths of a second. */
const MAX_UNPARSED = 512 * 1024;
/** A program that asks and never reads the answers gets no more of them. */
const MAX_ANSWERS = 4 * 1024;

/** All terminals of this process take turns. */
const turns = new Turns();

export interface TerminalOptions {
  terminalId: string;
  pty: Pty;
  size: PtySize;
  clock: Clock;
  log: Logger;
}

export interface ViewRequest {
  /** The viewer's name in calls about it. */
  viewer: string;
  user: string;
  mayWrite: boolean;
  /** Of the viewer's window. */
  size: PtySize;
  /** Opens the viewer's channel. */
  accept(handler: ChannelHandler): Channel;
  /** The viewer is gone for good. */
  gone(): void;
}

export class Terminal {
  /** Settles when the program is gone; viewers may still read its last output. */
  readonly ended: Promise<PtyExit>;
  readonly #options: TerminalOptions;
  readonly #pty: Pty;
  readonly #output = new Output();
  readonly #screen: Screen;
  readonly #audience = new Audience();
  readonly #echo: Echo;
  readonly #createdAt = Date.now();
  #size: PtySize;
  /** The size of what is in the output now: a new one counts from the next place where nothing is cut. */
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
      turns,
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
      viewers: this.#audience.present,
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
        this.#audience.remove(whose);
        this.#changed();
        gone();
        this.#disposeWhenDone();
      },
    });
    this.#audience.add(viewer);
    // First, so that the snapshot has the size of the window that counts.
    this.#changed();
    viewer.begin(accept);
    if (this.#farewell !== undefined) viewer.end(this.#farewell);
  }

  /** A viewer's channel comes back, with the rights and the window of now. */
  returned(id: string, { mayWrite, size }: { mayWrite: boolean; size: PtySize }): void {
    const viewer = this.#audience.find(id);
    if (!viewer) return;
    viewer.mayWrite = mayWrite;
    this.#changed();
    this.resize(size, id);
  }

  /** Of one viewer's window, which counts if that viewer typed last; of the terminal where no viewer is named. */
  resize(size: PtySize, viewerId?: string): void {
    if (viewerId === undefined) return this.#resize(size);
    const viewer = this.#audience.find(viewerId);
    if (!viewer) return;
    viewer.size = size;
    if (this.#audience.typist === viewer) this.#resize(size);
  }

  /** Hangs up and waits for the end. */
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
    for (const viewer of this.#audience) viewer.wake();
    this.#regulate();
  }

  #regulate(): void {
    const load = Math.max(this.#audience.lag / MAX_LAG, this.#screen.unparsed / MAX_UNPARSED);
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
    for (const viewer of this.#audience) viewer.end(this.#farewell);
    this.#disposeWhenDone();
    return exit;
  }

  #disposeWhenDone(): void {
    if (this.#farewell !== undefined && this.#audience.size === 0) this.#screen.dispose();
  }

  // ---- input

  #input(viewer: Viewer, bytes: Uint8Array, done: () => void): void {
    if (!viewer.mayWrite) return done();
    const { typed, withoutReports } = readInput(bytes);
    if (typed && this.#audience.typed(viewer)) this.#follow();
    const allowed = this.#audience.spokesman === viewer ? bytes : withoutReports;
    if (allowed.length === 0) return done();
    if (typed) this.#echo.pressed();
    this.#pty.write(allowed, done);
    if (interrupts(allowed)) for (const each of this.#audience) each.interrupted(each === viewer);
  }

  /** With somebody there who can, their terminal answers. */
  #answer(bytes: Uint8Array): void {
    if (this.#audience.spokesman || this.#unreadAnswers + bytes.length > MAX_ANSWERS) return;
    this.#unreadAnswers += bytes.length;
    this.#pty.write(bytes, () => {
      this.#unreadAnswers -= bytes.length;
    });
  }

  // ---- size

  #changed(): void {
    if (this.#audience.settle()) this.#follow();
    this.#regulate();
  }

  /** Another viewer's window counts from now on. */
  #follow(): void {
    const { typist } = this.#audience;
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
      for (const viewer of this.#audience) viewer.tell({ at, size });
    });
  }

  #announce(): void {
    this.#output.whenClosed((at) => {
      for (const viewer of this.#audience) viewer.tell({ at, size: this.#sizeInOutput });
    });
  }

  #notice(viewer: Viewer, size: PtySize): string {
    const { typist } = this.#audience;
    return sizeNotice({ ...size, mine: typist === viewer, typist: typist?.user });
  }
}

function same(a: PtySize, b: PtySize): boolean {
  return a.cols === b.cols && a.rows === b.rows;
}
