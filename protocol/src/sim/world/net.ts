/** All sockets of a simulated world, and the processes at their ends. */
import type { Leg, Transport } from '../../leg/index.ts';
import type { SimClock } from '../clock.ts';
import type { FlowShape } from '../flow.ts';
import type { Random } from '../random.ts';
import { Wire } from '../wire.ts';
import type { Trace } from './trace.ts';

/** A simulated process that accepts sockets while it is up. */
export interface Host {
  readonly name: string;
  readonly up: boolean;
  /** Creates the accepting end of a socket that the process `from` has opened. */
  accept(transport: Transport, from: string): Leg;
}

/** The properties of a socket between two neighbouring processes. */
export interface Line extends Omit<FlowShape, 'jitterMs'> {
  /** The longest extra delay of a message, ms. The delay of each message is random. */
  jitterMs?: number;
  /**
   * True if the end that opened the socket is notified when its send buffer is empty again. Browsers are not
   * notified.
   */
  tellsDialler?: boolean;
}

export interface Socket {
  wire: Wire;
  line: Line;
  from: string;
  to: string;
  near: Leg;
  far: Leg;
}

export class Net {
  readonly #clock: SimClock;
  readonly #random: Random;
  readonly #trace: Trace;
  #sockets: Socket[] = [];
  #dialled = 0;

  constructor(clock: SimClock, random: Random, trace: Trace) {
    this.#clock = clock;
    this.#random = random;
    this.#trace = trace;
  }

  /** Sockets with at least one open end. */
  get sockets(): readonly Socket[] {
    this.#sockets = this.#sockets.filter(({ near, far }) => near.open || far.open);
    return this.#sockets;
  }

  dial(from: string, to: Host, line: Line, connect: (transport: Transport) => Leg): Wire {
    const route = `${from}#${++this.#dialled}`;
    const { jitterMs = 0, tellsDialler = false, ...shape } = line;
    const jitter = this.#random.fork();
    const wire = new Wire(this.#clock, {
      ...shape,
      jitterMs: () => jitter.int(0, jitterMs * 1000) / 1000,
      tells: { a: tellsDialler, b: true },
      tap: (end, message) =>
        this.#trace.message(end === 'b' ? `${route}>${to.name}` : `${to.name}>${route}`, message),
    });
    const near = connect(wire.a);
    const far = to.accept(wire.b, from);
    wire.connect(near, far);
    this.#sockets.push({ wire, line, from, to: to.name, near, far });
    if (!to.up) this.#clock.after(line.delayMs * 2, () => wire.cut());
    return wire;
  }

  /** Closes all sockets of a killed process abnormally. */
  kill(name: string): void {
    for (const { wire, from, to } of [...this.sockets]) if (from === name || to === name) wire.cut();
  }
}
