/**
 * Takes screenshots of the whole desktop. They are returned in pieces, because the answer to a call has a limited
 * size.
 */
import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { type Clock, UniCoreError } from '@unicore/protocol';
import type { Screenshot } from '@unicore/protocol/control';
import { encodePng, RawClient } from '../rfb/index.ts';

/** Largest piece, in bytes. A control message can have at most 1 MiB. */
const PIECE = 512 * 1024;
/** A picture is kept for this time, so that the caller can get its other pieces, ms. */
const KEEP_MS = 30_000;
/** Pictures that are kept at a time. Some hundreds of them would fill the desktop's memory. */
const MOST_KEPT = 4;

interface Kept {
  png: Buffer;
  width: number;
  height: number;
}

export class Pictures {
  readonly #clock: Clock;
  readonly #rfbSocket: () => string | undefined;
  /** The oldest is first. */
  readonly #kept = new Map<string, Kept>();
  /** Ends with the picture that is being taken. */
  #taking: Promise<unknown> = Promise.resolve();
  /** The picture that is taken after that one. */
  #next: Promise<string> | undefined;

  constructor(clock: Clock, rfbSocket: () => string | undefined) {
    this.#clock = clock;
    this.#rfbSocket = rfbSocket;
  }

  async piece({ pictureId, from }: { pictureId?: string | undefined; from: number }): Promise<Screenshot> {
    const id = pictureId ?? (await this.#share());
    const kept = this.#kept.get(id);
    if (!kept) throw new UniCoreError('NOT_FOUND', 'This picture is too old. Ask for a new one.');
    const { png, width, height } = kept;
    const end = Math.min(png.length, from + PIECE);
    return {
      pictureId: id,
      png: new Uint8Array(png.subarray(from, end)),
      width,
      height,
      more: end < png.length,
    };
  }

  /**
   * Takes one picture at a time. Callers that come meanwhile share the next one, which shows what they have done
   * before.
   */
  #share(): Promise<string> {
    this.#next ??= this.#taking.then(() => {
      this.#next = undefined;
      const taken = this.#take();
      this.#taking = taken.catch(() => undefined);
      return taken;
    });
    return this.#next;
  }

  #keep(kept: Kept): string {
    const id = randomUUID();
    this.#kept.set(id, kept);
    this.#clock.after(KEEP_MS, () => this.#kept.delete(id));
    const [oldest = ''] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT) this.#kept.delete(oldest);
    return id;
  }

  async #take(): Promise<string> {
    const socket = this.#rfbSocket();
    if (socket === undefined) {
      throw new UniCoreError('RUNTIME_UNAVAILABLE', 'The display is starting. Try again.');
    }
    const client = await RawClient.connect(connect(socket));
    try {
      await client.until(() => client.hasPixels);
      const picture = client.whole();
      const { width, height } = picture;
      return this.#keep({ png: await encodePng(picture), width, height });
    } finally {
      client.close();
    }
  }
}
