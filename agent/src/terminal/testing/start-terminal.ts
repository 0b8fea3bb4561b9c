/** For tests: a PTY whose program is the test, and viewers that take what the test lets them take. */
import type { Channel, ChannelHandler } from '@unicore/protocol';
import { SimClock } from '@unicore/protocol/sim';
import type { Terminal as Xterm } from '@xterm/headless';
import { pino } from 'pino';
import type { Pty, PtyExit, PtySize } from '../../pty/index.ts';
import { headlessTerminal } from '../emulator/headless.ts';
import { Terminal, type ViewRequest } from '../terminal.ts';
import { XtermCore } from '../emulator/xterm-core.ts';

export const SIZE: PtySize = { cols: 80, rows: 24 };

export class FakePty implements Pty {
  readonly exited: Promise<PtyExit>;
  exit: (exit: PtyExit) => void = () => undefined;
  paused = false;
  sizes: PtySize[] = [];
  /** What the program was sent; with `reads` false it takes nothing yet. */
  input = '';
  reads = true;
  killed = false;
  #unread: (() => void)[] = [];
  #listener: (bytes: Uint8Array) => void = () => undefined;

  constructor() {
    this.exited = new Promise((exit) => {
      this.exit = exit;
    });
  }

  print(output: string | Uint8Array): void {
    this.#listener(Buffer.from(output));
  }

  readAll(): void {
    this.reads = true;
    for (const done of this.#unread.splice(0)) done();
  }

  onData(listener: (bytes: Uint8Array) => void): void {
    this.#listener = listener;
  }

  write(bytes: Uint8Array, done: () => void): void {
    this.input += Buffer.from(bytes).toString();
    if (this.reads) done();
    else this.#unread.push(done);
  }

  resize(size: PtySize): void {
    this.sizes.push(size);
  }

  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
  }

  kill(): void {
    this.killed = true;
    this.exit({ code: 129, signal: 1 });
  }
}

/** The consumer's end, with a terminal that does as the page's does. */
export class FakeViewer {
  readonly name: string;
  handler: ChannelHandler | undefined;
  received: Buffer = Buffer.alloc(0);
  consumed = 0;
  farewell: string | undefined;
  gone = false;
  /** There is something to take. */
  onWake: () => void = () => undefined;
  readonly xterm: Xterm = headlessTerminal(SIZE);
  /** Contents of our private OSCs, oldest first. */
  readonly notices: Record<string, unknown>[] = [];

  constructor(name: string) {
    this.name = name;
    this.xterm.parser.registerOscHandler(7717, (json) => {
      const notice = JSON.parse(json);
      this.notices.push(notice);
      if (notice.size) this.xterm.resize(notice.size[0], notice.size[1]);
      return true;
    });
  }

  request(options: Partial<ViewRequest> = {}): ViewRequest {
    return {
      viewer: this.name,
      user: `user of ${this.name}`,
      mayWrite: true,
      size: SIZE,
      accept: (handler) => {
        this.handler = handler;
        handler.attached?.({});
        return this.#channel();
      },
      gone: () => {
        this.gone = true;
      },
      ...options,
    };
  }

  /** Takes at most so many bytes, in frames of 16 KiB as a channel would. */
  take(most = Number.POSITIVE_INFINITY): string {
    const pieces: Uint8Array[] = [];
    for (let left = most; left > 0; left -= pieces.at(-1)!.length) {
      const bytes = this.handler?.pull?.(Math.min(left, 16 * 1024));
      if (!bytes) break;
      pieces.push(bytes);
      new XtermCore(this.xterm).writeSync(bytes);
    }
    const taken = Buffer.concat(pieces);
    this.received = Buffer.concat([this.received, taken]);
    return taken.toString();
  }

  type(text: string): void {
    this.handler?.data(Buffer.from(text));
  }

  line(y: number): string {
    return (
      this.xterm.buffer.active.getLine(this.xterm.buffer.active.baseY + y)?.translateToString(true) ?? ''
    );
  }

  #channel(): Channel {
    const channel: Pick<Channel, 'wake' | 'consumed' | 'end'> = {
      wake: () => this.onWake(),
      consumed: (bytes) => {
        this.consumed += bytes;
      },
      end: (_code, message) => {
        this.farewell = message ?? '';
      },
    };
    return channel as Channel;
  }
}

interface TerminalUnderTest {
  clock: SimClock;
  terminal: Terminal;
  /** A viewer comes in. */
  join(name: string, options?: Partial<ViewRequest>): FakeViewer;
}

export function startTerminal(): TerminalUnderTest & { pty: FakePty };
export function startTerminal(pty: Pty): TerminalUnderTest;
export function startTerminal(pty: Pty = new FakePty()): TerminalUnderTest & { pty: Pty } {
  const clock = new SimClock();
  const log = pino({ enabled: false });
  const terminal = new Terminal({ terminalId: 'main', pty, size: SIZE, clock, log });
  const join = (name: string, options: Partial<ViewRequest> = {}) => {
    const viewer = new FakeViewer(name);
    terminal.view(viewer.request(options));
    return viewer;
  };
  return { pty, clock, terminal, join };
}
