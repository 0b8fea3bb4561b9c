/**
 * Part of the chaos runs: sends and receives the bytes of one terminal. Bytes flow in both directions all the
 * time, and each byte is checked when it arrives. At the end, the two sides compare their byte counts.
 */
import type { ChannelSocket } from '@unicore/client/sdk';
import type { Random } from '@unicore/protocol/sim';
import { GapDetector } from './gap-detector.ts';
import { Oracle, type Way } from './oracle.ts';

/**
 * Bytes that mark the start and end of a stream. peer.pl, the program in the terminal, sends STX first and
 * EOT last. The consumer also sends EOT last.
 */
const STX = 0x02;
const EOT = 0x04;
/**
 * The consumer stops sending while more than this many bytes are not yet confirmed by the other end. The SDK
 * closes a channel if too many bytes wait for a lost connection. Without this limit, a long fault would
 * therefore close the channel.
 */
const MAX_UNCONFIRMED = 256 * 1024;

export interface TrafficOptions {
  readonly socket: ChannelSocket;
  readonly channel: number;
  /** Shell command that starts the program in the terminal, which sends and checks bytes. */
  readonly command: string;
  readonly random: Random;
  readonly now: () => number;
  flowing(): void;
  gap(way: Way, from: number, to: number, detached: boolean): void;
  done(bytes: { down: number; up: number }): void;
  broken(message: string): void;
}

export class TerminalTraffic {
  readonly #options: TrafficOptions;
  readonly #down: { oracle: Oracle; flow: GapDetector };
  readonly #up: { oracle: Oracle; flow: GapDetector };
  #state: 'starting' | 'flowing' | 'finishing' | 'over' = 'starting';
  #received = 0;
  #sent = 0;
  /** Number of sent bytes that the other end of the channel has confirmed. */
  #confirmed = 0;
  #attached = true;
  /**
   * The text that the program in the terminal prints after the end of its stream of bytes. Undefined before
   * the end.
   */
  #verdict: string | undefined;

  constructor(options: TrafficOptions) {
    const { socket, channel, command, now, gap } = options;
    this.#options = options;
    const way = (name: Way) => ({
      oracle: new Oracle(name, channel),
      flow: new GapDetector(now, (from, to, detached) => gap(name, from, to, detached)),
    });
    this.#down = way('down');
    this.#up = way('up');
    socket.onopen = () => socket.send(command);
    socket.onmessage = ({ data }) => this.#heard(Buffer.from(data as ArrayBuffer));
    socket.onstatus = (status) => this.#path(status === 'connected');
    socket.onclose = ({ code, reason }) => this.#closed(code, reason);
  }

  /** Sends the next bytes of the stream to the program in the terminal. `bytes` is their number. */
  say(bytes: number): void {
    const { socket } = this.#options;
    if (this.#state !== 'flowing') return;
    this.#look();
    if (bytes === 0 || socket.bufferedAmount > MAX_UNCONFIRMED) return;
    socket.send(Uint8Array.from(this.#up.oracle.bytes(this.#sent, bytes)));
    this.#sent += bytes;
  }

  /** Resolves when new bytes have arrived in both directions of the channel. */
  async moving(): Promise<void> {
    await Promise.all([this.#down.flow.next(), this.#up.flow.next()]);
  }

  finish(): void {
    if (this.#state !== 'flowing') return;
    this.#state = 'finishing';
    this.#options.socket.send(Uint8Array.of(EOT));
  }

  #heard(chunk: Buffer): void {
    if (this.#state === 'over') return;
    if (this.#state === 'starting') {
      const start = chunk.indexOf(STX);
      if (start === -1) return;
      this.#state = 'flowing';
      this.#down.flow.begin();
      this.#up.flow.begin();
      this.#options.flowing();
      return this.#heard(chunk.subarray(start + 1));
    }
    if (this.#verdict !== undefined) {
      this.#verdict += chunk.toString('latin1');
      return;
    }
    const end = chunk.indexOf(EOT);
    const stream = end === -1 ? chunk : chunk.subarray(0, end);
    const wrong = this.#down.oracle.judge(this.#received, stream);
    if (wrong !== undefined) return this.#break(wrong);
    this.#received += stream.length;
    if (end !== -1) this.#verdict = chunk.toString('latin1', end + 1);
    if (stream.length > 0) this.#down.flow.moved();
    this.#look();
  }

  /** Checks whether the other end of the channel has confirmed more of the sent bytes. */
  #look(): void {
    const confirmed = this.#sent - this.#options.socket.bufferedAmount;
    if (!this.#attached || confirmed <= this.#confirmed) return;
    this.#confirmed = confirmed;
    this.#up.flow.moved();
  }

  #path(attached: boolean): void {
    if (attached === this.#attached) return;
    this.#attached = attached;
    if (!attached) {
      this.#down.flow.detached();
      this.#up.flow.detached();
    }
    // The other end may have received bytes before the connection was lost, while their confirmation arrives
    // only now. Such bytes do not count as new bytes.
    else this.#confirmed = this.#sent - this.#options.socket.bufferedAmount;
  }

  #closed(code: number, reason: string): void {
    if (this.#state === 'over') return;
    const verdict = this.#verdict?.trim();
    const wanted = `ok ${this.#sent} ${this.#received}`;
    if (verdict === undefined) return this.#break(`closed with ${code}: ${reason}`);
    if (verdict !== wanted) return this.#break(`the program says "${verdict}", not "${wanted}"`);
    this.#state = 'over';
    this.#options.done({ down: this.#received, up: this.#sent });
  }

  #break(message: string): void {
    this.#state = 'over';
    this.#options.broken(message);
  }
}
