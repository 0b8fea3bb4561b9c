/** A PTY in which the test acts as the program. */
import type { Pty, PtyExit, PtySize } from '../../pty/index.ts';

export class FakePty implements Pty {
  readonly exited: Promise<PtyExit>;
  exit: (exit: PtyExit) => void = () => undefined;
  paused = false;
  sizes: PtySize[] = [];
  /** All input so far. While `reads` is false, the program does not read the input. */
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
