/**
 * The programs of one desktop: Xvnc, Openbox and Chromium. Starts them in order, reports the phase, restarts
 * programs that crash, and ends all of them together.
 */
import { UniCoreError } from '@unicore/protocol';
import { Crashes } from './crashes.ts';
import type { Isolation } from './isolation.ts';
import { Launcher } from './launcher.ts';
import { type FullOptions, type ProgramsOptions, withDefaults } from './options.ts';
import type { Phase } from './phase.ts';
import type { Exit, Program } from './program.ts';
import { readBanner } from './rfb-banner.ts';
import { Traffic } from './traffic.ts';
import { type Usage, UsageMeter } from './usage.ts';
import type { Xvnc } from './xvnc.ts';

/** Chromium counts as failed if it shows nothing for this time, ms. */
const PAINT_LIMIT_MS = 60_000;
/** Pause before the screen is looked at again after the connection to it was lost, in ms. */
const LOOK_AGAIN_MS = 200;

export interface Programs {
  /** The current phase. */
  readonly phase: Phase;
  /** Resolves with the last phase, `ended` or `failed`. No program is left then. */
  readonly ended: Promise<Phase>;
  /** Path of the unix socket on which Xvnc speaks RFB. After a restart of Xvnc, the path is the same. */
  readonly rfbSocket: string | undefined;
  /** The number of the X display, and the file with its cookie. The number may change when Xvnc is restarted. */
  readonly display: { readonly display: number; readonly cookie: string } | undefined;
  /** The isolation of Chromium from the machine; undefined until it is known. */
  readonly isolation: Isolation | undefined;
  usage(): Promise<Usage>;
  /** Ends all programs. Resolves when no process is left. */
  end(reason?: string): Promise<void>;
}

/** Starts the programs of a desktop. Failures are reported as a phase. */
export function startPrograms(options: ProgramsOptions): Programs {
  return new Supervisor(withDefaults(options));
}

class Supervisor implements Programs {
  readonly ended: Promise<Phase>;
  readonly #options: FullOptions;
  readonly #usage: UsageMeter;
  readonly #traffic = new Traffic();
  readonly #crashes: Crashes;
  /** Aborts when the desktop should end. */
  readonly #ending = new AbortController();
  #launcher: Launcher | undefined;
  #phase: Phase;
  #wasRunning = false;

  constructor(options: FullOptions) {
    this.#options = options;
    const { clock, ageMs, sharesNetwork } = options;
    const counted = async () => this.#traffic.sentBytes;
    this.#usage = new UsageMeter(clock, ageMs, sharesNetwork ? counted : undefined);
    this.#crashes = new Crashes(options.clock);
    this.#phase = this.#enter({ name: 'booting' });
    this.ended = this.#run().then(
      () => this.#enter({ name: 'ended', ...reasonOf(this.#ending.signal) }),
      (error: unknown) => this.#enter({ name: 'failed', ...failureOf(error) }),
    );
  }

  get phase(): Phase {
    return this.#phase;
  }

  get rfbSocket(): string | undefined {
    return this.#launcher?.folder.rfbSocket;
  }

  get display() {
    const launcher = this.#launcher;
    return launcher && { display: launcher.display, cookie: launcher.folder.cookie };
  }

  get isolation(): Isolation | undefined {
    return this.#launcher?.isolation;
  }

  usage(): Promise<Usage> {
    return this.#usage.read();
  }

  async end(reason?: string): Promise<void> {
    this.#ending.abort(reason);
    this.#traffic.end();
    await this.ended;
  }

  async #run(): Promise<void> {
    const launcher = await Launcher.create(this.#options, this.#traffic);
    this.#launcher = launcher;
    try {
      for (;;) {
        if (this.#ending.signal.aborted) return;
        const xvnc = await launcher.xvnc();
        await this.#serveDisplay(launcher, xvnc);
        if (this.#ending.signal.aborted) return;
        const reason = this.#crashed(xvnc.program, await xvnc.program.exited);
        this.#enter({ name: 'booting', reason });
      }
    } finally {
      await launcher.close();
    }
  }

  /** Keeps Openbox and Chromium running until Xvnc or the desktop ends. Ends both before it returns. */
  async #serveDisplay(launcher: Launcher, xvnc: Xvnc): Promise<void> {
    const stop = new AbortController();
    const clients = new Set<Program>();
    const start = (program: Program) => {
      clients.add(program);
      void program.exited.then(() => clients.delete(program));
      return program;
    };
    const kept = Promise.all([
      this.#keepOpenbox(xvnc, stop.signal, () => start(launcher.openbox())),
      this.#keepChromium(xvnc, stop.signal, async () => {
        const { program, pipe } = await launcher.chromium();
        start(program);
        this.#options.onPipe(pipe);
        return program;
      }),
    ]);
    try {
      await Promise.race([xvnc.program.exited, aborted(this.#ending.signal), kept]);
    } finally {
      stop.abort();
      // Xvnc ends last. Chromium needs it to close its windows and write its profile.
      const isAsked = this.#ending.signal.aborted;
      await Promise.all([...clients].map((program) => (isAsked ? program.end() : program.kill())));
      await xvnc.program.end();
      // Ignores this error: if it was the first one, the race above has thrown it already.
      await kept.catch(() => {});
      await Promise.all([...clients].map((program) => program.kill()));
    }
  }

  async #keepOpenbox(xvnc: Xvnc, stop: AbortSignal, start: () => Program): Promise<void> {
    while (!stop.aborted) {
      const program = start();
      const exit = await program.exited;
      if (stop.aborted || (await hasEnded(xvnc, this.#launcher))) return;
      this.#crashed(program, exit);
    }
  }

  async #keepChromium(xvnc: Xvnc, stop: AbortSignal, start: () => Promise<Program>): Promise<void> {
    let reason: string | undefined;
    while (!stop.aborted) {
      const program = await start();
      this.#enter({ name: 'painting', ...(reason !== undefined && { reason }) });
      const hasPainted = await this.#paint(program, stop);
      const exit = await program.exited;
      if (stop.aborted || (await hasEnded(xvnc, this.#launcher))) return;
      const wasClosed = hasPainted && exit.code === 0;
      reason = wasClosed ? 'Chromium was closed and is opened again.' : this.#crashed(program, exit);
    }
  }

  /**
   * Resolves with true when Chromium has shown a picture, and with false if Chromium exits or should stop
   * before that.
   */
  async #paint(program: Program, stop: AbortSignal): Promise<boolean> {
    const { clock } = this.#options;
    const over = new AbortController();
    const giveUp = () => over.abort();
    let isLate = false;
    const cancel = clock.after(PAINT_LIMIT_MS, () => {
      isLate = true;
      giveUp();
    });
    stop.addEventListener('abort', giveUp, { once: true });
    void program.exited.then(giveUp);
    const seen = await this.#look(over.signal);
    cancel();
    if (isLate) {
      const said = program.lastLines;
      throw new UniCoreError(
        'LAUNCH_FAILED',
        `Chromium showed no picture for ${PAINT_LIMIT_MS / 1000} s. ${said}`,
      );
    }
    if (!seen || over.signal.aborted) return false;
    this.#wasRunning = true;
    this.#enter({ name: 'running' });
    return true;
  }

  /** Resolves with true when a picture was seen, and with false when `signal` aborts. */
  async #look(signal: AbortSignal): Promise<boolean> {
    const { clock, painted } = this.#options;
    while (!signal.aborted) {
      try {
        await painted(this.rfbSocket ?? '', signal);
        return true;
      } catch {
        // A lost connection says nothing about Chromium, whose picture may come yet.
        const pause = new Promise<void>((resolve) => clock.after(LOOK_AGAIN_MS, resolve));
        await Promise.race([pause, aborted(signal)]);
      }
    }
    return false;
  }

  /** Returns the reason why a program is started again. Throws if it has ended too often. */
  #crashed(program: Program, exit: Exit): string {
    const how =
      exit.error?.message ?? (exit.signal ? `was ended by ${exit.signal}` : `ended with code ${exit.code}`);
    this.#options.log.warn({ program: program.name, how, lines: program.lastLines }, 'a program has ended');
    if (exit.error === undefined && this.#crashes.mayRestart(program.name)) return `${program.name} ${how}.`;
    const code = this.#wasRunning ? 'SESSION_ENDED' : 'LAUNCH_FAILED';
    throw new UniCoreError(
      code,
      `${program.name} ${how}, again and again. Its last lines:\n${program.lastLines}`,
    );
  }

  #enter(phase: Omit<Phase, 'at'>): Phase {
    this.#phase = { ...phase, at: this.#options.now() };
    this.#options.log.info(this.#phase, 'phase');
    this.#options.onPhase(this.#phase);
    return this.#phase;
  }
}

/** Returns true if Xvnc does not answer any more. Then its clients exit, too, and only Xvnc's crash is counted. */
async function hasEnded(xvnc: Xvnc, launcher: Launcher | undefined): Promise<boolean> {
  if (launcher === undefined) return true;
  const answers = await readBanner(launcher.folder.rfbSocket).then(
    () => true,
    () => false,
  );
  if (!answers) await xvnc.program.kill();
  return !answers;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function reasonOf(signal: AbortSignal): { reason?: string } {
  return typeof signal.reason === 'string' ? { reason: signal.reason } : {};
}

function failureOf(error: unknown): Pick<Phase, 'code' | 'reason'> {
  const code = error instanceof UniCoreError ? error.code : 'INTERNAL';
  return { code, reason: error instanceof Error ? error.message : String(error) };
}
