/**
 * The contract of PTYs as tests. Each implementation of PTYs runs these tests. The programs are bash and
 * coreutils.
 */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Pty, PtySize } from '../index.ts';

export interface PtyUnderTest {
  /** Working directory and HOME of the programs in the PTY. */
  home: string;
  open(command: readonly [string, ...string[]], size?: PtySize): Promise<Pty>;
}

const SIZE: PtySize = { cols: 80, rows: 24 };
/** Number of the last line. The numbered lines are about 20 MB in total, and any gap in them is visible. */
const LAST_LINE = 2_600_000;

export function ptyContract(name: string, subject: () => PtyUnderTest): void {
  const bash = async (script: string, size?: PtySize) =>
    new Reader(await subject().open(['bash', '--norc', '-c', script], size));
  const interactive = async () => new Reader(await subject().open(['bash', '--norc', '-i']));

  describe(`a PTY of kind ${name}`, () => {
    test('passes output, input and the exit status', async () => {
      const pty = await bash('read line; echo "got <$line>"; exit 7');
      pty.type('hello\n');
      expect(await pty.pty.exited).toMatchObject({ code: 7 });
      expect(pty.text).toContain('got <hello>');
    });

    test('delivers all output of a program that ends at once', async () => {
      const pty = await bash('printf quick');
      expect(await pty.pty.exited).toMatchObject({ code: 0 });
      expect(pty.text).toBe('quick');
    });

    test('reports 128 + signal for a program that was killed', async () => {
      const pty = await bash('kill -KILL $$');
      expect(await pty.pty.exited).toMatchObject({ code: 137 });
    });

    test('is a separate terminal, with the right folder and environment', async () => {
      const pty = await bash(
        'tty; [ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo all; echo "$PWD|$HOME|$TERM|$LANG|$COLORTERM"',
      );
      await pty.pty.exited;
      const { home } = subject();
      expect(pty.text).toMatch(/^\/dev\/(pts\/\d+|console)\r\nall\r\n/);
      expect(pty.text).toContain(`${home}|${home}|xterm-256color|C.UTF-8|truecolor`);
    });

    test('has its size from the start, and tells the program a new one', async () => {
      const wait = 'until [ "$(stty size)" = "33 90" ]; do sleep 0.01; done; echo sized';
      const pty = await bash(`trap "stty size" WINCH; ${wait}; while true; do sleep 0.01; done`, {
        cols: 90,
        rows: 33,
      });
      await pty.until('sized');
      pty.pty.resize({ cols: 132, rows: 43 });
      await pty.until('43 132');
      pty.pty.kill();
      await pty.pty.exited;
    });

    test('lets a job be interrupted, stopped and continued', async () => {
      const pty = await interactive();
      // The command contains sums instead of their results. So its echo does not look like its output.
      // The loop starts no program: bash ignores a ^C that comes at the moment when such a program ends.
      const job = 'trap "echo on\\$((2+2))" CONT; echo up$((40+2)); while true; do :; done';
      pty.type(`bash -c '${job}'\n`);
      await pty.until('up42');
      pty.type('\x1a');
      await pty.until('Stopped');
      pty.type('fg\n');
      await pty.until('on4');
      pty.type('\x03');
      pty.type('echo status=$?\n');
      await pty.until('status=130');
      pty.type('exit 3\n');
      expect(await pty.pty.exited).toMatchObject({ code: 3 });
    });

    test('passes every byte value unchanged in both directions', async () => {
      const all = Uint8Array.from({ length: 256 }, (_, i) => i);
      const pty = await bash(
        'stty raw -echo; echo ready; head -c 256 | od -An -v -tx1; printf "\\377\\0\\200"',
      );
      await pty.until('ready');
      await pty.send(all);
      await pty.pty.exited;
      const wanted = Buffer.from(all).toString('hex').match(/../g)!;
      expect(pty.text.split('ready')[1]!.trim().split(/\s+/).slice(0, 256)).toEqual(wanted);
      expect([...pty.bytes.subarray(-3)]).toEqual([0xff, 0, 0x80]);
    });

    test('loses no byte of 20 MB', async () => {
      const pty = await bash(`stty raw; seq 1 ${LAST_LINE}`);
      await pty.pty.exited;
      expect(pty.lines).toEqual({ last: String(LAST_LINE), hash: hashOfLines() });
    });

    test('loses nothing if the reader is paused while the program ends', async () => {
      const pty = await bash('stty raw; seq 1 200000; printf end');
      await pty.until('100000\n');
      pty.pty.pause();
      // This time is enough for the program to fill all buffers, and to end if it could.
      await new Promise((soon) => setTimeout(soon, 600));
      const atPause = pty.bytes.length;
      await new Promise((soon) => setTimeout(soon, 100));
      expect(pty.bytes.length).toBe(atPause);
      pty.pty.resume();
      await pty.pty.exited;
      expect(pty.text.endsWith('200000\nend')).toBe(true);
    });

    test('does not end while it is paused', async () => {
      const pty = await bash('read go; printf "the end"');
      pty.pty.pause();
      pty.type('\n');
      await new Promise((soon) => setTimeout(soon, 500));
      expect(await Promise.race([pty.pty.exited, 'running'])).toBe('running');
      pty.pty.resume();
      await pty.pty.exited;
      expect(pty.text).toContain('the end');
    });

    test('accepts more input than the buffers hold while the program does not read', async () => {
      const paste = Buffer.alloc(1_000_000, 'paste ');
      const pty = await bash('stty raw -echo; echo ready; sleep 1.5; head -c 1000000 | sha1sum');
      await pty.until('ready');
      const started = performance.now();
      const written = pty.send(paste);
      expect(performance.now() - started).toBeLessThan(1_000);
      await written;
      await pty.pty.exited;
      expect(pty.text).toContain(createHash('sha1').update(paste).digest('hex'));
    });

    test('killing it ends all its programs, even those that ignore SIGHUP', async () => {
      const pty = await bash('trap "" HUP; (sleep 1000; echo no) & echo up; sleep 1000; sleep 1000');
      await pty.until('up');
      pty.pty.kill();
      expect((await pty.pty.exited).code).not.toBe(0);
    });

    test('ignores input after the end', async () => {
      const pty = await bash('true');
      await pty.pty.exited;
      await pty.send(Buffer.from('late'));
      pty.pty.resize(SIZE);
      pty.pty.kill();
    });
  });
}

/** Collects the output of a PTY, and can wait for parts of the output. */
export class Reader {
  readonly pty: Pty;
  #chunks: Uint8Array[] = [];
  #waiting: (() => void)[] = [];

  constructor(pty: Pty) {
    this.pty = pty;
    pty.onData((bytes) => {
      this.#chunks.push(Uint8Array.from(bytes));
      for (const look of this.#waiting) look();
    });
  }

  get bytes(): Buffer {
    const all = Buffer.concat(this.#chunks);
    this.#chunks = [all];
    return all;
  }

  get text(): string {
    return this.bytes.toString('utf8');
  }

  get lines(): { last: string; hash: string } {
    const { bytes } = this;
    const last = bytes.subarray(-20).toString().trim().split('\n').at(-1)!;
    return { last, hash: createHash('sha1').update(bytes).digest('hex') };
  }

  type(text: string): void {
    void this.send(Buffer.from(text));
  }

  send(bytes: Uint8Array): Promise<void> {
    return new Promise((done) => this.pty.write(bytes, done));
  }

  /** Resolves when the output contains the text. Rejects if the program ends without printing the text. */
  until(text: string): Promise<void> {
    return new Promise((found, missing) => {
      const look = () => {
        if (!this.text.includes(text)) return;
        this.#waiting = this.#waiting.filter((other) => other !== look);
        found();
      };
      this.#waiting.push(look);
      void this.pty.exited.then(() => missing(new Error(`it ended without "${text}":\n${this.text}`)));
      look();
    });
  }
}

function hashOfLines(): string {
  const hash = createHash('sha1');
  for (let line = 1; line <= LAST_LINE; line += 10_000) {
    const end = Math.min(line + 10_000, LAST_LINE + 1);
    hash.update(`${Array.from({ length: end - line }, (_, i) => line + i).join('\n')}\n`);
  }
  return hash.digest('hex');
}
