/** A launcher whose holders run in this process. A test decides how its engine behaves. */
import { type Duplex, duplexPair } from 'node:stream';
import { type Clock, UniCoreError } from '@unicore/protocol';
import type { DesktopRef } from '@unicore/protocol/control';
import type { DesktopLauncher, LaunchOrder, Outcome, Presence } from '../launch/index.ts';
import { FakeHolder } from './fake-holder.ts';

const GONE = new UniCoreError('RUNTIME_UNAVAILABLE', 'Docker does not answer. Start Docker.');

interface Launched {
  ref: DesktopRef;
  holder: FakeHolder;
  outcome: Outcome | null;
}

export class FakeLauncher implements DesktopLauncher {
  /** The calls that have changed something, such as `start one 1`. */
  readonly done: string[] = [];
  /** Errors for the next calls of these methods, one for each call. */
  readonly failures: Record<'start' | 'stop' | 'remove', Error[]> = { start: [], stop: [], remove: [] };
  /** False while the engine does not answer. */
  answers = true;
  /** Called with each holder that is started. */
  started: (holder: FakeHolder) => void = () => undefined;
  readonly #clock: Clock;
  readonly #desktops = new Map<string, Launched>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async list(): Promise<DesktopRef[]> {
    this.#ask();
    return [...this.#desktops.values()].map(({ ref }) => ref);
  }

  async find(ref: DesktopRef): Promise<Presence> {
    this.#ask();
    const found = this.#desktops.get(keyOf(ref));
    if (!found) return { state: 'absent' };
    return found.outcome ? { state: 'over', outcome: found.outcome } : { state: 'alive' };
  }

  async start(order: LaunchOrder): Promise<void> {
    this.#change('start', order);
    const key = keyOf(order);
    if (this.#desktops.has(key)) return;
    const holder = new FakeHolder(this.#clock);
    const { sessionId, attempt } = order;
    this.#desktops.set(key, { ref: { sessionId, attempt }, holder, outcome: null });
    holder.exited = () => this.kill(order, { status: holder.status, exit: 'exit code 0' });
    this.started(holder);
  }

  async connect(ref: DesktopRef): Promise<Duplex> {
    this.#ask();
    const found = this.#desktops.get(keyOf(ref));
    if (!found || found.outcome) throw new UniCoreError('LEG_LOST', 'nobody listens');
    const [near, far] = duplexPair();
    found.holder.serve(far);
    return near;
  }

  async stop(ref: DesktopRef): Promise<void> {
    this.#change('stop', ref);
    this.kill(ref, { exit: 'exit code 143' });
  }

  async remove(ref: DesktopRef): Promise<void> {
    this.#change('remove', ref);
    this.#desktops.delete(keyOf(ref));
  }

  holder(sessionId = 'one', attempt = 1): FakeHolder {
    return this.#desktops.get(keyOf({ sessionId, attempt }))!.holder;
  }

  /** Number of desktops of which something is left. */
  get size(): number {
    return this.#desktops.size;
  }

  /** Ends a holder. Does nothing if it has ended already. */
  kill(ref: DesktopRef, outcome: Partial<Outcome> = {}): void {
    const found = this.#desktops.get(keyOf(ref));
    if (!found || found.outcome) return;
    found.outcome = { status: null, exit: 'exit code 137', ms: 5_000, lines: '', ...outcome };
    found.holder.cut();
  }

  /** Removes a desktop, as the machine's owner could do by hand. */
  lose(ref: DesktopRef): void {
    this.kill(ref);
    this.#desktops.delete(keyOf(ref));
  }

  #change(what: 'start' | 'stop' | 'remove', { sessionId, attempt }: DesktopRef): void {
    this.#ask();
    const failure = this.failures[what].shift();
    if (failure) throw failure;
    this.done.push(`${what} ${sessionId} ${attempt}`);
  }

  #ask(): void {
    if (!this.answers) throw GONE;
  }
}

function keyOf({ sessionId, attempt }: DesktopRef): string {
  return `${sessionId} ${attempt}`;
}
