/**
 * Records what happens in a simulated world. It always computes a digest, and also writes text if a caller
 * wants it.
 */
import type { Clock } from '../../time/index.ts';
import { decode, type Frame, FrameType } from '../../wire/index.ts';

const NAMES = new Map(Object.entries(FrameType).map(([name, type]) => [type as number, name]));
/** Constants of the 32-bit FNV-1a hash. */
const BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

export class Trace {
  /** Called with every line of the trace (the log of the simulation); undefined if no text is wanted. */
  readonly #tell: ((line: string) => void) | undefined;
  readonly #clock: Clock;
  #digest = BASIS;

  constructor(clock: Clock, tell?: (line: string) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** A checksum (digest) of the log so far. Equal digests mean that two simulations did the same. */
  get digest(): string {
    return (this.#digest >>> 0).toString(16).padStart(8, '0');
  }

  event(text: string): void {
    for (let i = 0; i < text.length; i++) this.#mix(text.charCodeAt(i));
    this.#say(text);
  }

  message(route: string, message: Uint8Array): void {
    this.#mix(Math.round(this.#clock.now() * 1000));
    this.#mix(message.length);
    this.#mix(message[0]! | (message[message.length - 1]! << 8));
    if (this.#tell) this.#say(`    ${route}: ${frames(message).map(inWords).join(', ')}`);
  }

  #say(text: string): void {
    this.#tell?.(`${this.#clock.now().toFixed(3).padStart(12)} ${text}`);
  }

  #mix(value: number): void {
    this.#digest = Math.imul(this.#digest ^ value, PRIME);
  }
}

function frames(message: Uint8Array): Frame[] {
  const all: Frame[] = [];
  for (let at = 0; at < message.length; ) {
    const { frame, end } = decode(message, at);
    all.push(frame);
    at = end;
  }
  return all;
}

/** Describes a frame in words. Binary fields are shown by their length, and the epoch by its first bytes. */
function inWords({ type, ...fields }: Frame): string {
  const words = Object.entries(fields)
    .filter(([name]) => name !== 'meta' && name !== 'auth')
    .map(([name, value]) => `${name}=${value instanceof Uint8Array ? shortOf(name, value) : value}`);
  return [NAMES.get(type), ...words].join(' ');
}

function shortOf(name: string, bytes: Uint8Array): string {
  if (name !== 'epoch') return `${bytes.length} B`;
  return Array.from(bytes.subarray(0, 3), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
