/** A fake Chromium at the other end of the pipe. It knows only sessions, and answers all other commands with `{}`. */
import { PassThrough } from 'node:stream';
import { JsonPipe, type PipeStreams } from '../json-pipe.ts';

export interface Heard {
  readonly id: number;
  readonly method: string;
  readonly params?: Record<string, unknown>;
  readonly sessionId?: string;
}

export class FakeBrowser {
  readonly streams: PipeStreams;
  readonly heard: Heard[] = [];
  /** The CDP methods that this fake browser does not answer. */
  readonly silent = new Set<string>();
  /** The results of certain methods, in place of `{}`. */
  readonly results: Record<string, object> = {};
  readonly #pipe: JsonPipe;
  readonly #toHolder = new PassThrough();
  #sessions = 0;

  constructor() {
    const fromHolder = new PassThrough();
    this.streams = { input: this.#toHolder, output: fromHolder };
    this.#pipe = new JsonPipe({
      input: fromHolder,
      output: this.#toHolder,
      received: (text) => this.#hear(JSON.parse(text)),
      oversized: () => undefined,
      closed: () => undefined,
    });
  }

  send(message: object): void {
    this.#pipe.send(JSON.stringify(message));
  }

  sendRaw(text: string): void {
    this.#pipe.send(text);
  }

  crash(): void {
    this.#pipe.close();
  }

  /** Returns the methods that arrived in this session. Without a session, returns all. */
  methods(sessionId?: string): string[] {
    const heard = sessionId === undefined ? this.heard : this.heard.filter((m) => m.sessionId === sessionId);
    return heard.map(({ method }) => method);
  }

  /**
   * Attaches a new target to this session, as the browser does after `Target.setAutoAttach`. Returns the new
   * session.
   */
  attachTo(parent: string | undefined, waitingForDebugger = false): string {
    const sessionId = `S${++this.#sessions}`;
    const params = { sessionId, targetInfo: { type: 'page', targetId: 'T' }, waitingForDebugger };
    this.send({ method: 'Target.attachedToTarget', params, sessionId: parent });
    return sessionId;
  }

  #hear(message: Heard): void {
    this.heard.push(message);
    const { id, method, sessionId } = message;
    if (this.silent.has(method)) return;
    const attaches = method === 'Target.attachToBrowserTarget' || method === 'Target.attachToTarget';
    const result = attaches ? { sessionId: this.attachTo(sessionId) } : (this.results[method] ?? {});
    this.send({ id, result, sessionId });
  }
}
