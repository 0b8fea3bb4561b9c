/**
 * One program that drives the shared browser, such as Playwright. Its top-level commands go to a browser
 * session of its own. The ids of commands are replaced on the way, because each program counts its commands
 * from 1.
 */
import type { Clock, ErrorCode } from '@unicore/protocol';
import type { Control, Holder, Lease } from '../lease/index.ts';
import {
  type Answer,
  type Attached,
  type CdpEvent,
  CODES,
  type Command,
  createdContext,
  errorAnswer,
  MAX_MESSAGE,
  parseCommand,
} from './contract.ts';
import { needsControls } from './control-methods.ts';
import type { Folders } from './folders.ts';
import { PausedTargets } from './paused-targets.ts';
import { judge } from './rules.ts';

/** A message grows on its way through this process: Chromium writes 1e+20, and this process writes all digits. */
const TOO_LARGE = `TOO_LARGE: the message had more than ${MAX_MESSAGE} bytes. Ask for less.`;
/** A program that lets more characters than this wait is closed, in each direction. */
export const MAX_WAITING = 32 * 1024 * 1024;

/**
 * The event that tells a program who has the controls: `{holder, since, you, yourId}`. `you` is true if the
 * program itself has them. `yourId` is the id of the program for vnc.control. A program gets this event before
 * all other events.
 */
export const CONTROL_CHANGED = 'UniCore.controlChanged';

/** The connection to a program that drives the browser over CDP. */
export interface ClientTransport {
  /** The id of the program, for example in vnc.control. No two programs have the same id. */
  readonly id: string;
  /** The name that people see while the program has the controls. */
  readonly name: string;
  /** Sends one message to the program. Calls `sent` when the message has left this process. */
  send(text: string, sent: () => void): void;
  /** Disconnects the program. Called once, unless the program has disconnected before. */
  close(code: ErrorCode, reason: string): void;
}

/** The functions of the shared browser that a client uses. */
export interface ClientBrowser {
  readonly clock: Clock;
  readonly lease: Lease;
  readonly folders: Folders;
  /** Returns an id for a command. Each call returns a new id, also for different programs. */
  nextId(): number;
  /** Sends a command whose id is from nextId(). Calls `answered` with the browser's answer. */
  send(command: Command, answered: (answer: Answer) => void, written?: () => void): void;
  /** Forgets a command. Its answer is then ignored. */
  forget(id: number): void;
  /** Returns true if this client owns the session: it was attached from another session of the client. */
  owns(sessionId: string): boolean;
  /** Makes Chromium draw a page that may be in a background tab. The returned function stops that. */
  drawInBackground(targetId: string): Promise<() => void>;
  /** Called when the program has disconnected. */
  gone(): void;
}

interface Running {
  readonly sessionId: string | undefined;
  readonly ended: (() => void) | undefined;
}

export class Client {
  readonly holder: Holder;
  readonly #browser: ClientBrowser;
  readonly #transport: ClientTransport;
  readonly #running = new Map<number, Running>();
  readonly #contexts = new Set<string>();
  readonly #paused: PausedTargets;
  /** For each session of a page, the id of the page's target. */
  readonly #pages = new Map<string, string>();
  /** Commands that arrived before the client had its browser session. Undefined once the session exists. */
  #early: (() => void)[] | undefined = [];
  #sessionId: string | undefined;
  #toProgram = 0;
  #toBrowser = 0;
  #closed = false;

  constructor(transport: ClientTransport, browser: ClientBrowser) {
    this.holder = { kind: 'program', id: transport.id, name: transport.name };
    this.#transport = transport;
    this.#browser = browser;
    this.#paused = new PausedTargets(browser.clock, (sessionId) =>
      browser.send(
        { id: browser.nextId(), method: 'Runtime.runIfWaitingForDebugger', sessionId },
        () => undefined,
      ),
    );
  }

  get sessionId(): string | undefined {
    return this.#sessionId;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Called when the client has got its browser session. */
  attached(sessionId: string): void {
    this.#sessionId = sessionId;
    const early = this.#early ?? [];
    this.#early = undefined;
    this.controlChanged(this.#browser.lease.control);
    for (const forward of early) forward();
  }

  /** Handles a message of the program. Calls `taken` when the program may send the next one. */
  receive(text: string, taken: () => void = () => undefined): void {
    if (this.#closed) return taken();
    const parsed = parseCommand(text);
    if ('error' in parsed) this.#deliver(parsed.error);
    else if (Buffer.byteLength(text) > MAX_MESSAGE) {
      this.#fail(parsed.command, `TOO_LARGE: a command may have ${MAX_MESSAGE} bytes. Send it in parts.`);
    } else return this.#carryOut(parsed.command, text.length, taken);
    taken();
  }

  /** Sends an event of the browser to the program. */
  event({ method, params, sessionId }: CdpEvent): void {
    const own = sessionId === this.#sessionId ? undefined : sessionId;
    const text = JSON.stringify({ method, params, sessionId: own });
    // Without the event, the program would never stop waiting for it.
    if (Buffer.byteLength(text) > MAX_MESSAGE) this.end('MESSAGE_TOO_BIG', TOO_LARGE);
    else this.#deliver(text);
  }

  controlChanged({ holder, since }: Control): void {
    // A program without a session gets this event later, as soon as it has its session.
    if (this.#sessionId === undefined) return;
    const { kind, id: yourId } = this.holder;
    const you = holder?.kind === kind && holder.id === yourId;
    this.#deliver(JSON.stringify({ method: CONTROL_CHANGED, params: { holder, since, you, yourId } }));
  }

  /** Called when the browser has attached a new session from a session of this client. */
  sessionAttached({ sessionId, waitingForDebugger, targetInfo }: Attached): void {
    if (waitingForDebugger) this.#paused.add(sessionId);
    if (targetInfo?.type === 'page') this.#pages.set(sessionId, targetInfo.targetId);
  }

  /** Called when a session has ended. The browser will not answer the commands that still run in it. */
  sessionDetached(sessionId: string): void {
    this.#paused.remove(sessionId);
    this.#pages.delete(sessionId);
    for (const [id, running] of this.#running) if (running.sessionId === sessionId) this.#end(id);
  }

  /** Disconnects the program, and tells it why. */
  end(code: ErrorCode, reason: string): void {
    if (this.#closed) return;
    this.close();
    this.#transport.close(code, reason);
  }

  /** Called when the program has disconnected. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#paused.clear();
    for (const id of [...this.#running.keys()]) this.#end(id);
    this.#browser.lease.leave(this.holder);
    this.#browser.gone();
  }

  #carryOut(command: Command, length: number, taken: () => void): void {
    const { id, method, params = {}, sessionId } = command;
    if (sessionId !== undefined && !this.#browser.owns(sessionId)) {
      this.#deliver(errorAnswer(CODES.noSession, 'Session with given id not found.', { id }));
      return taken();
    }
    if (method === 'Browser.close') {
      this.#done(command);
      taken();
      return this.end('OK', 'The program closed its connection. The browser keeps running.');
    }
    const verdict = judge(method, params, {
      folders: this.#browser.folders,
      ownContexts: this.#contexts,
      heldByOther: () => this.#browser.lease.heldByOther(this.holder),
    });
    if (verdict.kind === 'pass') return this.#pass({ ...command, params: verdict.params }, length, taken);
    if (verdict.kind === 'done') this.#done(command);
    else this.#fail(command, `FORBIDDEN: ${method} is refused. ${verdict.reason}`);
    taken();
  }

  #pass(command: Command, length: number, taken: () => void): void {
    let ended: (() => void) | undefined;
    if (needsControls(command.method)) {
      ended = this.#browser.lease.begin(this.holder);
      if (!ended) {
        const holder = this.#browser.lease.control.holder?.name ?? 'Somebody else';
        this.#fail(
          command,
          `CONTROL_HELD: ${holder} has the controls. Wait until they are free, or take over.`,
        );
        return taken();
      }
    }
    this.#toBrowser += length;
    const written = () => {
      this.#toBrowser -= length;
      taken();
    };
    if (this.#early) this.#early.push(() => this.#forward(command, ended, written));
    else this.#forward(command, ended, written);
    if (this.#toBrowser > MAX_WAITING)
      this.end(
        'RATE_LIMITED',
        'Too many commands wait for the browser. Connect again, and wait for answers.',
      );
  }

  #forward(command: Command, ended: (() => void) | undefined, written: () => void): void {
    const { method, sessionId = '' } = command;
    if (method === 'Runtime.runIfWaitingForDebugger') this.#paused.remove(sessionId);
    const targetId = method === 'Page.captureScreenshot' ? this.#pages.get(sessionId) : undefined;
    if (targetId === undefined) return this.#send(command, ended, written);
    void this.#browser.drawInBackground(targetId).then((end) => {
      if (this.#closed) end();
      this.#send(command, end, written);
    });
  }

  #send(command: Command, ended: (() => void) | undefined, written: () => void): void {
    if (this.#closed) return written();
    const { method, params, sessionId } = command;
    const number = this.#browser.nextId();
    this.#running.set(number, { sessionId, ended });
    this.#browser.send(
      { id: number, method, params, sessionId: sessionId ?? this.#sessionId },
      (answer) => this.#answered(command, answer),
      written,
    );
  }

  #answered(command: Command, { id: number, result, error }: Answer): void {
    const { id, method, sessionId } = command;
    this.#end(number);
    if (method === 'Target.createBrowserContext') {
      const created = createdContext.safeParse(result);
      if (created.success) this.#contexts.add(created.data.browserContextId);
    }
    const text = JSON.stringify({ id, result, error, sessionId });
    if (Buffer.byteLength(text) > MAX_MESSAGE) this.#fail(command, TOO_LARGE);
    else this.#deliver(text);
  }

  #end(number: number): void {
    this.#running.get(number)?.ended?.();
    this.#running.delete(number);
    this.#browser.forget(number);
  }

  #done({ id, sessionId }: Command): void {
    this.#deliver(JSON.stringify({ id, result: {}, sessionId }));
  }

  #fail({ id, sessionId }: Command, message: string): void {
    this.#deliver(errorAnswer(CODES.refused, message, { id, sessionId }));
  }

  /** A single message may exceed the limit, because it is already in memory. Nothing is added behind it then. */
  #deliver(text: string): void {
    if (this.#closed) return;
    if (this.#toProgram > MAX_WAITING) {
      return this.end('RATE_LIMITED', 'The program reads too slowly. Connect again.');
    }
    this.#toProgram += text.length;
    this.#transport.send(text, () => {
      this.#toProgram -= text.length;
    });
  }
}
