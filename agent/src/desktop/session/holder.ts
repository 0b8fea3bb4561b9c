/**
 * The holder of one desktop: the process that owns the display and the browser. It keeps running when the process
 * that connects it to the hub ends. When the holder ends, the desktop ends.
 */
import {
  type AcceptedChannel,
  type Clock,
  type ErrorCode,
  type OpenRequest,
  systemClock,
} from '@unicore/protocol';
import {
  type Control,
  type ControlHolder,
  type DesktopAuth,
  type DesktopCondition,
  DesktopOpen,
  type DesktopRef,
  type DesktopUse,
} from '@unicore/protocol/control';
import type { Logger } from 'pino';
import { type PipeStreams, SharedBrowser } from '../cdp/index.ts';
import { SharedFiles } from '../files/index.ts';
import { AskPicture, type HolderMethods, type HolderStatus, Limits, TakeControls } from '../holder/index.ts';
import { Lease } from '../lease/index.ts';
import { type Phase, type Programs, type ProgramsOptions, startPrograms } from '../programs/index.ts';
import { DisplayKeys, Pages } from '../typing/index.ts';
import { Callers } from './callers.ts';
import { Lifetime } from './lifetime.ts';
import { requireOwner } from './owner.ts';
import { parse } from './parse.ts';
import { Pictures } from './pictures.ts';
import { Program } from './program.ts';
import { HolderServer } from './server.ts';
import { Transfers } from './transfers.ts';
import { Viewers } from './viewers.ts';

/** Interval between two reports of the desktop's use, ms. The hub computes the cost so far from them. */
const TELL_MS = 60_000;

export interface HolderOptions extends DesktopRef {
  /** Path of the unix socket on which the holder listens. */
  socketPath: string;
  limits: Limits;
  /** Time since the desktop's container was started, ms. */
  ageMs?: number;
  programs: Omit<ProgramsOptions, 'ageMs' | 'log' | 'onPhase' | 'onPipe' | 'clock' | 'now'>;
  log: Logger;
  clock?: Clock;
  /** Returns the wall clock, ms since 1970. */
  now?: () => number;
}

export interface Holder {
  /** Resolves with the last status when all programs of the desktop have ended. */
  readonly ended: Promise<HolderStatus>;
  end(code: ErrorCode, reason: string): Promise<HolderStatus>;
}

/** Starts a holder. Rejects with CONFLICT if another holder already listens on this path. */
export async function startHolder(options: HolderOptions): Promise<Holder> {
  const holder = new DesktopHolder(options);
  await holder.start();
  return holder;
}

class DesktopHolder implements Holder {
  readonly ended: Promise<HolderStatus>;
  readonly #options: HolderOptions;
  readonly #clock: Clock;
  readonly #now: () => number;
  readonly #lease: Lease;
  readonly #browser: SharedBrowser;
  readonly #pages: Pages;
  readonly #viewers: Viewers;
  readonly #pictures: Pictures;
  readonly #files: SharedFiles;
  readonly #transfers: Transfers;
  readonly #callers: Callers;
  readonly #lifetime: Lifetime;
  readonly #ending = Promise.withResolvers<HolderStatus>();
  readonly #over = Promise.withResolvers<HolderStatus>();
  #programs: Programs | undefined;
  #cancelTell: () => void = () => undefined;
  #server: HolderServer | undefined;
  /** Why the desktop ends; undefined while it should run. */
  #why: { code: ErrorCode; reason: string } | undefined;
  /** For each channel of a program, the program as it appears in the lease of the controls. */
  readonly #holders = new Map<string, ControlHolder>();

  constructor(options: HolderOptions) {
    const { clock = systemClock, now = Date.now, limits, log, ageMs = 0 } = options;
    this.#options = options;
    this.#clock = clock;
    this.#now = now;
    this.ended = this.#over.promise;
    this.#lease = new Lease({ clock, now });
    const { folder } = options.programs;
    const folders = { uploads: `${folder}/Uploads`, downloads: `${folder}/Downloads` };
    this.#browser = new SharedBrowser({ clock, lease: this.#lease, folders });
    this.#files = new SharedFiles({
      folders,
      clock,
      log,
      changed: (files) => this.#callers.tellOwners('files', (to) => to.files(files)),
    });
    this.#transfers = new Transfers(this.#files, () => this.#lifetime.used());
    this.#callers = this.#makeCallers();
    const rfbSocket = () => this.#programs?.rfbSocket;
    const used = () => this.#lifetime.used();
    this.#pages = new Pages(this.#browser, clock);
    const display = new DisplayKeys(() => this.#programs?.display, clock);
    const typing = { pages: this.#pages, display };
    this.#viewers = new Viewers({
      lease: this.#lease,
      clock,
      typing,
      rfbSocket,
      used,
      refused: (refusal) => this.#callers.tellOwners('clipboard', (to) => to.clipboardRefused(refusal)),
    });
    this.#pictures = new Pictures(clock, rfbSocket);
    this.#lifetime = new Lifetime({
      clock,
      limits,
      ageMs,
      use: () => this.#use(),
      warn: (warning) => this.#callers.tell(`warning ${warning.limit}`, (to) => to.warning(warning)),
      over: (code, reason) => void this.end(code, reason),
    });
    this.#lease.subscribe((control) => this.#callers.tell('control', (to) => to.control(control)));
  }

  async start(): Promise<void> {
    const { socketPath, sessionId, attempt, log, programs, ageMs = 0 } = this.#options;
    this.#server = await HolderServer.start({
      socketPath,
      sessionId,
      attempt,
      methods: this.#methods(),
      clock: this.#clock,
      log,
      accept: (request, auth) => this.#accept(request, auth),
      reattach: (id, auth, meta) => this.#reattach(id, auth, meta),
    });
    this.#programs = startPrograms({
      ...programs,
      ageMs,
      log,
      clock: this.#clock,
      now: this.#now,
      onPhase: (phase) => this.#entered(phase),
      onPipe: ({ toChromium, fromChromium }) => {
        const streams: PipeStreams = { input: fromChromium, output: toChromium };
        void this.#browser.attach(streams);
        // If this fails, typing still works, but only through keys of the display.
        this.#pages
          .start()
          .catch((err: unknown) => log.warn({ err }, 'the pages of the browser could not be read'));
      },
    });
    void this.#programs.ended.then(() => this.#finish());
    this.#tellLater();
  }

  async end(code: ErrorCode, reason: string): Promise<HolderStatus> {
    if (this.#why === undefined) {
      this.#why = { code, reason };
      this.#lifetime.stop();
      this.#tell();
      this.#viewers.end(reason);
      this.#transfers.end(reason);
      await this.#programs?.end(reason);
    }
    return this.#ending.promise;
  }

  #makeCallers(): Callers {
    return new Callers({
      log: this.#options.log,
      control: (user, take) => this.#control(user, take),
      used: () => this.#lifetime.used(),
      allowClipboard: (user, rights) => this.#viewers.allowClipboard(user, rights),
      files: () => this.#files.list(),
      removeFile: (file) => this.#files.remove(file),
      condition: async () => condition(await this.#status()),
      warnings: () => this.#lifetime.warnings,
      ownersChanged: (isAnyThere) => (isAnyThere ? this.#files.watch() : this.#files.unwatch()),
    });
  }

  #control(user: string, take: boolean, channel?: string): Control {
    if (take) this.#lease.take(this.#holderOf(user, channel));
    return this.#lease.control;
  }

  #methods(): HolderMethods {
    return {
      status: () => this.#status(),
      limit: async (limits) => this.#lifetime.limit(Limits.parse(limits)),
      control: async (wish) => {
        const { user, take, holder } = TakeControls.parse(wish);
        return this.#control(user, take, holder);
      },
      screenshot: (wish) => this.#pictures.piece(AskPicture.parse(wish)),
      end: ({ code, reason }) => this.end(code === 'OK' ? 'OK' : 'SESSION_ENDED', reason),
    };
  }

  /** Returns who takes the controls: the program with this channel, or else the person. */
  #holderOf(user: string, channel: string | undefined): ControlHolder {
    const program = channel === undefined ? undefined : this.#holders.get(channel);
    return program ?? { kind: 'viewer', id: user, name: user };
  }

  #accept(request: OpenRequest, auth: DesktopAuth): AcceptedChannel {
    switch (auth.kind) {
      case 'vnc':
        return this.#viewers.accept(request, auth);
      case 'cdp':
        return this.#acceptProgram(request, auth);
      case 'desktop':
        return this.#callers.accept(request, auth);
      case 'blob':
        return this.#transfers.accept(request, auth);
    }
  }

  #acceptProgram(request: OpenRequest, auth: DesktopAuth): AcceptedChannel {
    parse(DesktopOpen, request.meta, 'meta');
    requireOwner(auth);
    const { user } = auth;
    const { epochHex } = request;
    const gone = () => this.#holders.delete(epochHex);
    const used = () => this.#lifetime.used();
    const program = new Program({ browser: this.#browser, id: epochHex, name: user, used, gone });
    this.#holders.set(epochHex, program.holder);
    const channel = request.accept(program.handler, { holder: epochHex });
    program.bind(channel);
    return channel;
  }

  #reattach(id: string, auth: DesktopAuth, meta: unknown): unknown {
    if (auth.kind === 'blob') return this.#transfers.reattach(id, auth);
    if (auth.kind === 'desktop') this.#callers.reattach(id, auth);
    return auth.kind === 'vnc' ? this.#viewers.reattach(id, auth, meta) : { holder: id };
  }

  #entered({ name }: Phase): void {
    if (name === 'running') this.#lifetime.start();
    this.#tell();
  }

  #tellLater(): void {
    this.#cancelTell = this.#clock.after(TELL_MS, () => {
      this.#tell();
      this.#tellLater();
    });
  }

  #tell(): void {
    this.#status().then(
      (status) => {
        this.#server?.tell(status);
        this.#callers.tell('condition', (to) => to.condition(condition(status)));
      },
      (error: unknown) => this.#options.log.warn({ err: error }, 'the status is unknown'),
    );
  }

  async #status(): Promise<HolderStatus> {
    const programs = this.#programs;
    const { name = 'booting', reason, code } = programs?.phase ?? {};
    const isOver = name === 'ended' || name === 'failed';
    return {
      phase: this.#why !== undefined && !isOver ? 'ending' : name,
      code: this.#why?.code ?? code ?? null,
      reason: this.#why?.reason ?? reason ?? null,
      isolation: programs?.isolation ?? null,
      use: await this.#use(),
    };
  }

  async #use(): Promise<DesktopUse> {
    const usage = await this.#programs?.usage();
    return { ms: (usage?.seconds ?? 0) * 1000, sentBytes: usage?.sentBytes ?? 0 };
  }

  async #finish(): Promise<void> {
    this.#lifetime.stop();
    this.#cancelTell();
    const status = await this.#status();
    this.#server?.tell(status);
    // Answers the calls that wait for the end, before the connections close.
    this.#ending.resolve(status);
    await this.#server?.close(status.reason ?? 'The desktop has ended.');
    this.#files.close();
    this.#over.resolve(status);
  }
}

/** Returns the part of the status that people may see. */
function condition({ phase, code, reason, isolation }: HolderStatus): DesktopCondition {
  return { phase, code, reason, isolation };
}
