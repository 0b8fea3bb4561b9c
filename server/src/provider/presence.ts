/**
 * Which providers can be reached now. Silence is what counts, not a closed socket: a provider is suspect when nothing
 * was heard of it for SILENT_MS, and after a start of the hub each one has that long to come back.
 */
import type { Clock } from '@unicore/protocol';
import type { AgentHello, BeatMeta } from '../control/contract.ts';

/** Two heartbeats; consumers see "provider unreachable" after this long. */
export const SILENT_MS = 10_000;
/** How often silence is looked for. */
const SWEEP_MS = 1_000;

interface Known {
  heardAt: number;
  connected: boolean;
  suspect: boolean;
  hello: AgentHello | undefined;
}

/** A provider that new VMs may be given to. */
export interface Reachable {
  providerId: string;
  hello: AgentHello;
}

export class Presence {
  readonly #clock: Clock;
  readonly #changed: (providerId: string, silence: 'began' | 'ended' | 'same') => void;
  readonly #known = new Map<string, Known>();
  #cancel: () => void = () => {};

  /** changed: called when a provider came, went, fell silent or was heard again, or told its load. */
  constructor(clock: Clock, changed: (providerId: string, silence: 'began' | 'ended' | 'same') => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** seen: providers that were here before this start of the hub, whose grace begins now. */
  start(seen: readonly string[]): void {
    const heardAt = this.#clock.now();
    for (const providerId of seen) {
      this.#known.set(providerId, { heardAt, connected: false, suspect: false, hello: undefined });
    }
    this.#sweep();
  }

  stop(): void {
    this.#cancel();
  }

  connected(providerId: string, hello: AgentHello): void {
    const wasSuspect = this.#known.get(providerId)?.suspect === true;
    this.#known.set(providerId, { heardAt: this.#clock.now(), connected: true, suspect: false, hello });
    this.#changed(providerId, wasSuspect ? 'ended' : 'same');
  }

  disconnected(providerId: string): void {
    const known = this.#known.get(providerId);
    if (!known) return;
    known.connected = false;
    this.#changed(providerId, 'same');
  }

  /** Called for every message. */
  heard(providerId: string): void {
    const known = this.#known.get(providerId);
    if (!known) return;
    known.heardAt = this.#clock.now();
    if (!known.suspect) return;
    known.suspect = false;
    this.#changed(providerId, 'ended');
  }

  beat(providerId: string, beat: BeatMeta): void {
    const known = this.#known.get(providerId);
    if (!known?.hello) return;
    known.hello = { ...known.hello, beat };
    this.#changed(providerId, 'same');
  }

  /** pending: it joined, but was never here. */
  state(providerId: string): 'pending' | 'online' | 'suspect' {
    const known = this.#known.get(providerId);
    if (!known) return 'pending';
    return known.suspect ? 'suspect' : 'online';
  }

  /** What it last said of itself since the hub started. */
  hello(providerId: string): AgentHello | undefined {
    return this.#known.get(providerId)?.hello;
  }

  /** Milliseconds since it was last heard; undefined: not since the hub started. */
  silence(providerId: string): number | undefined {
    const known = this.#known.get(providerId);
    return known?.hello && this.#clock.now() - known.heardAt;
  }

  /** Connected and answering. */
  reachable(): Reachable[] {
    return [...this.#known].flatMap(([providerId, { connected, suspect, hello }]) =>
      connected && !suspect && hello ? [{ providerId, hello }] : [],
    );
  }

  #sweep(): void {
    const oldest = this.#clock.now() - SILENT_MS;
    for (const [providerId, known] of this.#known) {
      if (known.suspect || known.heardAt > oldest) continue;
      known.suspect = true;
      this.#changed(providerId, 'began');
    }
    this.#cancel = this.#clock.after(SWEEP_MS, () => this.#sweep());
  }
}
