/** A program for tests that sends and receives raw CDP messages. */
import type { ErrorCode } from '@unicore/protocol';
import type { ProgramConnection, SharedBrowser } from '../index.ts';

export interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { code: number; message: string };
  readonly sessionId?: string;
}

let programs = 0;

export class Program {
  readonly received: Message[] = [];
  closed: { code: ErrorCode; reason: string } | undefined;
  /** If false, the program does not read, so messages to it wait in this process. */
  reads = true;
  readonly connection: ProgramConnection;
  readonly #waiting = new Set<() => void>();
  #lastId = 0;

  constructor(browser: SharedBrowser, name = 'program') {
    this.connection = browser.connect({
      id: `program-${++programs}`,
      name,
      send: (text, sent) => {
        this.received.push(JSON.parse(text));
        if (this.reads) sent();
        this.#changed();
      },
      close: (code, reason) => {
        this.closed = { code, reason };
        this.#changed();
      },
    });
  }

  /** Sends a command and returns its answer. */
  async ask(method: string, params?: object, sessionId?: string): Promise<Message> {
    const id = ++this.#lastId;
    this.connection.receive(JSON.stringify({ id, method, params, sessionId }));
    await this.until(() => this.received.some((message) => message.id === id));
    return this.received.find((message) => message.id === id)!;
  }

  /** Attaches to a page and returns its session. */
  async attach(): Promise<string> {
    return String((await this.ask('Target.attachToTarget', { targetId: 'T' })).result?.sessionId);
  }

  /** Resolves when the condition is true, which is checked after each message and after the close. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  events(method: string): Message[] {
    return this.received.filter((message) => message.method === method);
  }

  #changed(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
