/**
 * One program that drives the shared browser, such as Playwright. Its top-level commands go to a browser session
 * of its own. Ids are rewritten on the way, so that programs that count alike do not meet.
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
 * The event that tells a program who has the controls: `{holder, since, you, yourId}`. `you` is true if it is the
 * program itself. `yourId` is how vnc.control refers to the program. It comes first of all events.
 */
export const CONTROL_CHANGED = 'UniCore.controlChanged';

/** The program's side: how to reach it. */
export interface ClientTransport {
  /** How others refer to the program, such as in vnc.control. No two programs have the same. */
  readonly id: string;
  /** The name that people see while the program has the controls. */
  readonly name: string;
  /** Sends one message. `sent` must be called when the message has left this process. */
  send(text: string, sent: () => void): void;
  /** Called once, unless the program's side closes first. */
  close(code: ErrorCode, reason: string): void;
}

/** What a client uses of the shared browser. */
export interface ClientBrowser {
  readonly clock: Clock;
  readonly lease: Lease;
  readonly folders: Folders;
  /** Returns an id that no command has yet, of any program. */
  nextId(): number;
  /** Sends a command with such an id. The answer goes to `answered`. */
  send(command: Command, answered: (answer: Answer) => void, written?: () => void): void;
  /** Forgets a command whose answer nobody waits for. */
  forget(id: number): void;
  /** Whether this session was attached from one of the client's own. */
  owns(sessionId: string): boolean;
  /** Has a page drawn although it may not be in front. The returned function ends that. */
  drawInBackground(targetId: string): Promise<() => void>;
  /** The client is gone. */
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
  /** The targets of the sessions with pages. */
  readonly #pages = new Map<string, string>();
  /** Commands that came before the client's session; undefined once it is there. */
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

  /** The client's browser session is there. */
  attached(sessionId: string): void {
    this.#sessionId = sessionId;
    const early = this.#early ?? [];
    this.#early = undefined;
    this.controlChanged(this.#browser.lease.control);
    for (const forward of early) forward();
  }

  /** Takes a message of the program. `taken` is called when the next one is welcome. */
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
    // Without the event, the program would wait for it for ever.
    if (Buffer.byteLength(text) > MAX_MESSAGE) this.end('MESSAGE_TOO_BIG', TOO_LARGE);
    else this.#deliver(text);
  }

  controlChanged({ holder, since }: Control): void {
    // A program that has no session yet is told when it has one.
    if (this.#sessionId === undefined) return;
    const { kind, id: yourId } = this.holder;
    const you = holder?.kind === kind && holder.id === yourId;
    this.#deliver(JSON.stringify({ method: CONTROL_CHANGED, params: { holder, since, you, yourId } }));
  }

  /** A session was attached from one of the client's. */
  sessionAttached({ sessionId, waitingForDebugger, targetInfo }: Attached): void {
    if (waitingForDebugger) this.#paused.add(sessionId);
    if (targetInfo?.type === 'page') this.#pages.set(sessionId, targetInfo.targetId);
  }

  /** The browser does not answer what was still running in this session. */
  sessionDetached(sessionId: string): void {
    this.#paused.remove(sessionId);
    this.#pages.delete(sessionId);
    for (const [id, running] of this.#running) if (running.sessionId === sessionId) this.#end(id);
  }

  /** Ends the client's part, and tells the program why. */
  end(code: ErrorCode, reason: string): void {
    if (this.#closed) return;
    this.close();
    this.#transport.close(code, reason);
  }

  /** The program's side has closed. */
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
      return this.end('OK', 'The program closed its connection. The browser goes on.');
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
    if (this.#toBrowser > MAX_WAITING) this.end('RATE_LIMITED', 'More commands wait than the browser takes.');
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

  /**
   * A single message may exceed the limit, because it is already in memory. Nothing is added behind it then.
   */
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
