/** Types into a terminal that echoes, and checks that every key is echoed once and in order. */
import type { ChannelSocket } from '@unicore/client/sdk';

/**
 * The echoing program prints this byte when it starts. The command writes the byte as `\002`, so the echo of
 * the command does not match.
 */
const STX = 0x02;
export const ECHO_COMMAND = " stty raw -echo; printf '\\002'; exec cat\r";
/** The keys are a to z in turn, so that a wrong echo is noticed. */
const FIRST_KEY = 'a'.charCodeAt(0);
const KEYS = 26;

export interface TypistOptions {
  readonly socket: ChannelSocket;
  /** Command that starts an echoing program. Undefined if the terminal already echoes. */
  readonly command?: string;
  readonly now: () => number;
  ready(): void;
  echo(typed: number, tookMs: number): void;
  done(keys: number): void;
  broken(message: string): void;
}

export class Typist {
  readonly #options: TypistOptions;
  #state: 'starting' | 'typing' | 'finishing' | 'over' = 'starting';
  #echoed = 0;
  /** Times at which the keys without an echo were typed. */
  readonly #pending: number[] = [];

  constructor(options: TypistOptions) {
    const { socket, command } = options;
    this.#options = options;
    socket.onopen = () => (command === undefined ? this.#begin() : socket.send(command));
    socket.onmessage = ({ data }) => this.#heard(Buffer.from(data as ArrayBuffer));
    socket.onclose = ({ code, reason }) => this.#break(`closed with ${code}: ${reason}`);
  }

  /** Number of keys that wait for their echo. */
  get pending(): number {
    return this.#pending.length;
  }

  /** Types the next key. Its echo time is measured from `typed`. */
  type(typed = this.#options.now()): void {
    if (this.#state !== 'typing') return;
    const key = keyOf(this.#echoed + this.#pending.length);
    this.#pending.push(typed);
    this.#options.socket.send(Uint8Array.of(key));
  }

  finish(): void {
    if (this.#state !== 'typing') return;
    this.#state = 'finishing';
    this.#lookDone();
  }

  #begin(): void {
    this.#state = 'typing';
    this.#options.ready();
  }

  #heard(chunk: Buffer): void {
    if (this.#state === 'over') return;
    if (this.#state === 'starting') {
      const start = chunk.indexOf(STX);
      if (start === -1) return;
      this.#begin();
      return this.#heard(chunk.subarray(start + 1));
    }
    const now = this.#options.now();
    for (const key of chunk) {
      const typed = this.#pending.shift();
      if (typed === undefined) return this.#break(`key ${this.#echoed} is echoed, which nobody typed`);
      if (key !== keyOf(this.#echoed)) return this.#break(`key ${this.#echoed} is echoed as ${key}`);
      this.#echoed += 1;
      this.#options.echo(typed, now - typed);
    }
    this.#lookDone();
  }

  #lookDone(): void {
    if (this.#state !== 'finishing' || this.#pending.length > 0) return;
    this.#state = 'over';
    this.#options.done(this.#echoed);
  }

  #break(message: string): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#options.broken(message);
  }
}

function keyOf(index: number): number {
  return FIRST_KEY + (index % KEYS);
}
