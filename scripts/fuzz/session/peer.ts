/** An honest program at a socket of the hub: dials, and dials again when the socket is gone. */
import { Leg, type LegHandler } from '@unicore/protocol';
import type { SimClock } from '@unicore/protocol/sim';
import { type LineEnd, type LineOptions, newLine } from './line.ts';

/** From the loss of a socket to the next try. */
const REDIAL_MS = 40;

export interface PeerOptions {
  clock: SimClock;
  line: () => Omit<LineOptions, 'clock'>;
  /** Lets the other end in. */
  admit: (far: LineEnd) => void;
  /** Asked for each socket. */
  hello: () => unknown;
  handler: (leg: () => Leg) => Partial<LegHandler>;
  up?: () => void;
  closed: (code: string) => void;
  defect: (error: Error) => void;
}

export class Peer {
  #leg: Leg | undefined;
  #end: LineEnd | undefined;
  #stopped = false;
  readonly #options: PeerOptions;

  constructor(options: PeerOptions) {
    this.#options = options;
    this.#dial();
  }

  get leg(): Leg | undefined {
    return this.#leg?.up ? this.#leg : undefined;
  }

  /** The hub's end of its socket. */
  get far(): LineEnd {
    return this.#end!.other;
  }

  cut(): void {
    this.#end?.cut();
  }

  stop(): void {
    this.#stopped = true;
    this.#leg?.close('OK', '');
  }

  #dial(): void {
    if (this.#stopped) return;
    const { clock, line, admit, hello, handler, up, closed, defect } = this.#options;
    const { near, far } = newLine({ clock, ...line() });
    this.#end = near;
    const drained = () => leg.drained();
    const leg: Leg = new Leg({
      clock,
      peer: 'hub',
      dial: { meta: hello() },
      transport: {
        send: (message) => near.send(message, drained),
        close: (code, reason) => near.close(code, reason),
        get buffered() {
          return near.bufferedAmount;
        },
      },
      handler: {
        ...handler(() => leg),
        fault: (error) => defect(new Error('a frame could not be handled', { cause: error })),
        welcome: () => up?.(),
        closed: (code) => {
          closed(code);
          clock.after(REDIAL_MS, () => this.#dial());
        },
      },
    });
    this.#leg = leg;
    near.on('message', (message: Buffer) => leg.receive(message));
    near.on('close', (code: number, reason: Buffer) => leg.socketClosed(code, reason.toString()));
    admit(far);
  }
}
