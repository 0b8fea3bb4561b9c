/** A terminal viewer without a window: headless xterm on a local PTY or on a UniCore terminal. */
import { spawn } from '@lydell/node-pty';
import type { ChannelSocket } from '@unicore/client/sdk';
import unicode from '@xterm/addon-unicode11';
import xterm from '@xterm/headless';
import { readScreen, type Screen, screenDifference, textOf } from './screen.ts';

/** Time limit for programs to start and draw, in ms. It only detects hangs. */
const UNTIL_LIMIT_MS = 60_000;

/** Number of the OSC escape sequences that carry UniCore's own messages in a terminal's byte stream. */
const SIZE_OSC = 7717;

/** Transport for the bytes of one terminal. */
export interface Wire {
  send(text: string): void;
  resize(cols: number, rows: number): void;
  close(): void;
}

export class View {
  readonly terminal: xterm.Terminal;
  #wire: Wire | undefined;
  /** Number of bytes received so far. */
  received = 0;

  constructor(cols = 80, rows = 24) {
    this.terminal = new xterm.Terminal({ cols, rows, allowProposedApi: true, scrollback: 1000 });
    // This view measures character widths in the same way as the page.
    this.terminal.loadAddon(new unicode.Unicode11Addon() as unknown as xterm.ITerminalAddon);
    this.terminal.unicode.activeVersion = '11';
    // xterm answers queries of programs, such as a query for its version. These answers go to the program.
    this.terminal.onData((answer) => this.#wire?.send(answer));
  }

  /** Returns a view of a program on a PTY of this machine, with exactly this environment. */
  static local(
    file: string,
    args: string[],
    env: Record<string, string>,
    cwd: string,
    cols = 80,
    rows = 24,
  ): View {
    const view = new View(cols, rows);
    const pty = spawn(file, args, {
      cols,
      rows,
      env,
      cwd,
      name: env.TERM ?? 'xterm-256color',
      encoding: null,
    });
    pty.onData((data) => view.feed(data as unknown as Uint8Array));
    view.#wire = {
      send: (text) => pty.write(text),
      resize: (c, r) => {
        view.terminal.resize(c, r);
        pty.resize(c, r);
      },
      close: () => pty.kill('SIGKILL'),
    };
    return view;
  }

  static remote(socket: ChannelSocket, cols = 80, rows = 24): View {
    const view = new View(cols, rows);
    socket.manualConsume = true;
    socket.onmessage = ({ data }) => {
      const bytes = new Uint8Array(data as ArrayBuffer);
      view.feed(bytes, () => socket.consumed(bytes.length));
    };
    view.#wire = socket;
    // Current size of the terminal, as the agent reports it in the byte stream.
    view.terminal.parser.registerOscHandler(SIZE_OSC, (json) => {
      const { size } = JSON.parse(json) as { size?: [number, number] };
      if (size !== undefined) view.terminal.resize(...size);
      return true;
    });
    return view;
  }

  /** Returns a view of a raw /terminal socket. It handles bytes like xterm's AttachAddon. */
  static raw(socket: WebSocket, cols = 80, rows = 24): View {
    const view = new View(cols, rows);
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => view.feed(new Uint8Array(data as ArrayBuffer));
    view.#wire = { send: (text) => socket.send(text), resize: () => {}, close: () => socket.close() };
    return view;
  }

  feed(bytes: Uint8Array, done?: () => void): void {
    this.received += bytes.length;
    this.terminal.write(bytes, done);
  }

  type(text: string): void {
    this.#wire?.send(text);
  }

  /** Resolves when the new size is in effect. */
  async resize(cols: number, rows: number): Promise<void> {
    this.#wire?.resize(cols, rows);
    await this.until(({ terminal }) => terminal.cols === cols && terminal.rows === rows);
  }

  get screen(): Screen {
    return readScreen(this.terminal);
  }

  get text(): string {
    return textOf(this.terminal);
  }

  /** Resolves when the screen shows this text or the condition is true. Both are checked after each write. */
  async until(what: string | RegExp | ((view: View) => boolean)): Promise<void> {
    const holds = () => {
      if (typeof what === 'function') return what(this);
      return typeof what === 'string' ? this.text.includes(what) : what.test(this.text);
    };
    if (holds()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const listener = this.terminal.onWriteParsed(() => holds() && resolve());
    const limit = setTimeout(() => {
      reject(new Error(`The screen never showed ${what}. It shows:\n${this.text.trimEnd()}`));
    }, UNTIL_LIMIT_MS);
    try {
      await promise;
    } finally {
      clearTimeout(limit);
      listener.dispose();
    }
  }

  close(): void {
    this.#wire?.close();
    this.#wire = undefined;
    this.terminal.dispose();
  }
}

/**
 * Resolves when both screens are equal, cell by cell. After a time limit, throws an error that shows the
 * differences.
 */
export async function agree(one: View, other: View): Promise<void> {
  const difference = () => screenDifference(one.screen, other.screen);
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = () => difference() === '' && resolve();
  const listeners = [one, other].map((view) => view.terminal.onWriteParsed(look));
  look();
  const limit = setTimeout(resolve, UNTIL_LIMIT_MS);
  await promise;
  clearTimeout(limit);
  for (const listener of listeners) listener.dispose();
  if (difference() !== '') throw new Error(difference());
}
