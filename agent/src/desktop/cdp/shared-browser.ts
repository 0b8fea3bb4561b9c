/** One Chromium, used by several programs and by this process through its one debugging pipe. */
import { type Clock, UniCoreError } from '@unicore/protocol';
import type { Holder, Lease } from '../lease/index.ts';
import { drawInBackground } from './background-frames.ts';
import { Client, type ClientTransport } from './client.ts';
import {
  type Answer,
  attached,
  type CdpEvent,
  type Command,
  detached,
  type Params,
  parseBrowserMessage,
} from './contract.ts';
import type { Folders } from './folders.ts';
import { JsonPipe, type Oversized, type PipeStreams } from './json-pipe.ts';
import { Sessions } from './sessions.ts';

/** Maximum number of programs that can use one browser at the same time. */
export const MAX_PROGRAMS = 4;

/** Error code (JSON-RPC) of an answer that this process gives in place of the browser. */
const FAILED = -32000;

/** Marks the CDP sessions that this process attached for itself. */
const OWN = Symbol('own');

export interface SharedBrowserOptions {
  clock: Clock;
  lease: Lease;
  folders: Folders;
  /** Largest message from the browser in bytes; 16 MiB if left out. */
  maxBytes?: number;
}

/** A program's connection, as its transport sees it. */
export interface ProgramConnection {
  /** The program as it appears in the lease of the controls. */
  readonly holder: Holder;
  /**
   * Handles one message of the program. Calls `taken` when the browser has read it. A transport should have
   * only a few MiB of messages that are not taken yet: with more than 32 MiB, the program is disconnected.
   */
  receive(text: string, taken?: () => void): void;
  /** Called when the program has disconnected. */
  close(): void;
}

export class SharedBrowser {
  readonly #options: SharedBrowserOptions;
  readonly #sessions = new Sessions<Client | typeof OWN>();
  readonly #clients = new Set<Client>();
  readonly #listeners = new Set<(event: CdpEvent) => void>();
  readonly #answers = new Map<number, (answer: Answer) => void>();
  #pipe: JsonPipe | undefined;
  #lastId = 0;

  constructor(options: SharedBrowserOptions) {
    this.#options = options;
    options.lease.subscribe((control) => {
      for (const client of this.#clients) client.controlChanged(control);
    });
  }

  /** Number of connected programs. */
  get programs(): number {
    return this.#clients.size;
  }

  /**
   * Uses the pipe of a browser that was just started, and closes an older pipe. Resolves when this pipe is
   * closed and all programs are disconnected.
   */
  attach(streams: PipeStreams): Promise<void> {
    this.#pipe?.close();
    const { promise, resolve } = Promise.withResolvers<void>();
    const { maxBytes } = this.#options;
    this.#pipe = new JsonPipe({
      ...streams,
      ...(maxBytes === undefined ? {} : { maxBytes }),
      received: (text) => this.#received(text),
      oversized: (message) => this.#oversized(message),
      closed: () => {
        this.#lost();
        resolve();
      },
    });
    return promise;
  }

  /** Connects a program. Throws if no browser runs, or if too many programs are connected. */
  connect(transport: ClientTransport): ProgramConnection {
    if (!this.#pipe) throw new UniCoreError('RUNTIME_UNAVAILABLE', 'The browser is starting. Try again.');
    if (this.#clients.size >= MAX_PROGRAMS) {
      throw new UniCoreError(
        'TOO_MANY_CHANNELS',
        `${MAX_PROGRAMS} programs are connected to this browser. Close one of them first.`,
      );
    }
    const { clock, lease, folders } = this.#options;
    const client: Client = new Client(transport, {
      clock,
      lease,
      folders,
      nextId: () => ++this.#lastId,
      send: (command, answered, written) => this.#send(command, answered, written),
      forget: (id) => this.#answers.delete(id),
      owns: (sessionId) => this.#sessions.owner(sessionId) === client,
      drawInBackground: (targetId) => drawInBackground(targetId, this.call.bind(this)),
      gone: () => this.#gone(client),
    });
    this.#clients.add(client);
    this.#ask({ method: 'Target.attachToBrowserTarget' }, ({ result, error }) => {
      const session = attached.safeParse(result);
      if (!session.success) {
        client.end('INTERNAL', `The browser gave no session: ${error?.message ?? 'no reason'}`);
        return;
      }
      const { sessionId } = session.data;
      this.#sessions.addRoot(sessionId, client);
      if (client.closed) this.#detach(sessionId);
      else client.attached(sessionId);
    });
    return client;
  }

  /** Sends a command of this process. The rules for programs do not apply, and it needs no controls. */
  call(method: string, params: Params = {}, sessionId?: string): Promise<Params> {
    return new Promise((resolve, reject) => {
      this.#ask({ method, params, sessionId }, ({ result, error }) => {
        if (error) reject(new UniCoreError('INTERNAL', `${method}: ${error.message}`));
        else resolve(result ?? {});
      });
    });
  }

  /**
   * Subscribes to the events of the sessions of this process, never to those of programs. The returned function
   * ends the subscription.
   */
  subscribe(listener: (event: CdpEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #ask(command: Omit<Command, 'id'>, answered: (answer: Answer) => void): void {
    this.#send({ id: ++this.#lastId, ...command }, answered);
  }

  #send(command: Command, answered: (answer: Answer) => void, written?: () => void): void {
    const { id } = command;
    if (this.#pipe) {
      this.#answers.set(id, answered);
      this.#pipe.send(JSON.stringify(command), written);
    } else {
      answered({ id, error: { code: FAILED, message: 'The browser has ended.' } });
      written?.();
    }
  }

  #received(text: string): void {
    const message = parseBrowserMessage(text);
    // A browser that sends anything but CDP cannot be trusted, so its pipe is closed.
    if (message === undefined) return this.#pipe?.close();
    if ('method' in message) return this.#event(message);
    const answered = this.#answers.get(message.id);
    this.#answers.delete(message.id);
    answered?.(message);
  }

  #event(event: CdpEvent): void {
    const { method, params, sessionId } = event;
    const owner = sessionId === undefined ? OWN : this.#sessions.owner(sessionId);
    if (owner === undefined) return;
    if (method === 'Target.attachedToTarget') this.#attachedToTarget(owner, params, sessionId);
    if (owner === OWN) for (const listener of [...this.#listeners]) listener(event);
    else owner.event(event);
    // The owner gets the event before the session is removed, because the event was sent on the parent session.
    if (method === 'Target.detachedFromTarget') this.#detachedFromTarget(params);
  }

  #attachedToTarget(owner: Client | typeof OWN, params: unknown, parent: string | undefined): void {
    const session = attached.safeParse(params);
    if (!session.success) return;
    const { sessionId } = session.data;
    if (parent === undefined) this.#sessions.addRoot(sessionId, OWN);
    else this.#sessions.add(sessionId, parent);
    if (owner !== OWN) owner.sessionAttached(session.data);
  }

  #detachedFromTarget(params: unknown): void {
    const session = detached.safeParse(params);
    if (!session.success) return;
    const owner = this.#sessions.owner(session.data.sessionId);
    for (const sessionId of this.#sessions.remove(session.data.sessionId)) {
      if (owner === undefined || owner === OWN) continue;
      if (sessionId === owner.sessionId) owner.end('INTERNAL', "The browser ended the program's session.");
      else owner.sessionDetached(sessionId);
    }
  }

  /**
   * Handles a message of the browser that was too large. If it is an answer, the program that asked gets an
   * error. If it is an event, its program is disconnected, because it could wait for this event without end.
   */
  #oversized({ start, end, bytes }: Oversized): void {
    const message = `TOO_LARGE: the browser's message had ${bytes} bytes. Ask for less.`;
    const id = Number(/^\{"id":(\d+),/.exec(start)?.[1]);
    const answered = this.#answers.get(id);
    if (answered) {
      this.#answers.delete(id);
      return answered({ id, error: { code: FAILED, message } });
    }
    const sessionId = /"sessionId":"(\w+)"\}$/.exec(end)?.[1];
    const owner = sessionId === undefined ? undefined : this.#sessions.owner(sessionId);
    if (owner !== undefined && owner !== OWN) owner.end('MESSAGE_TOO_BIG', message);
  }

  /**
   * Detaches the program's session. Chromium then ends everything that the session has started: child sessions,
   * bindings, emulations and contexts.
   */
  #gone(client: Client): void {
    this.#clients.delete(client);
    if (client.sessionId !== undefined) this.#detach(client.sessionId);
  }

  #detach(sessionId: string): void {
    this.#sessions.remove(sessionId);
    if (this.#pipe) this.#ask({ method: 'Target.detachFromTarget', params: { sessionId } }, () => undefined);
  }

  #lost(): void {
    this.#pipe = undefined;
    for (const client of [...this.#clients]) {
      client.end('RUNTIME_UNAVAILABLE', 'The browser has ended. Connect again when it is back.');
    }
    const answers = [...this.#answers];
    this.#answers.clear();
    this.#sessions.clear();
    for (const [id, answered] of answers) {
      answered({ id, error: { code: FAILED, message: 'The browser has ended.' } });
    }
  }
}
