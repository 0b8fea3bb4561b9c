/**
 * PUBLISH as a command of ioredis that is written without copying the message, which cost a third of what publishing
 * takes: fresh memory for each message keeps the collector busy. All of a turn go to the kernel in one call.
 */
import type { Writable } from 'node:stream';
import { Command } from 'ioredis';

/** Below this a copy is cheaper than three pieces. */
const COPY_BYTES = 4 * 1024;

export class Publish extends Command {
  readonly #channel: string;
  readonly #message: Buffer;

  /** name: PUBLISH, or SPUBLISH on a cluster. The message must not be written over before the command is answered. */
  constructor(name: 'publish' | 'spublish', channel: string, message: Buffer) {
    super(name, [channel, message]);
    this.#channel = channel;
    this.#message = message;
  }

  /** Called by ioredis, which writes what this returns. */
  override toWritable(socket: object): string | Buffer {
    const stream = socket as Writable;
    if (stream.writableCorked === 0) {
      stream.cork();
      process.nextTick(() => stream.uncork());
    }
    if (this.#message.length < COPY_BYTES) return super.toWritable(socket);
    const [channel, message] = [this.#channel, this.#message];
    stream.write(`*3\r\n${bulk(this.name)}${bulk(channel)}$${message.length}\r\n`);
    stream.write(message);
    return '\r\n';
  }
}

/** A string as Redis wants it. */
function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}
