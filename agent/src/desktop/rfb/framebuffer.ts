/** A picture of the desktop. Each pixel has 4 bytes: red, green, blue and an unused byte. */
import { UniCoreError } from '@unicore/protocol';

export const PIXEL_BYTES = 4;
/** Largest width and height in pixels. */
export const MAX_SIDE = 8192;

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and opacity of each pixel, row by row. The opacity is always 255. */
  readonly rgba: Uint8Array;
}

export class Framebuffer {
  readonly width: number;
  readonly height: number;
  readonly #bytes: Buffer;

  constructor(width: number, height: number) {
    if (width > MAX_SIDE || height > MAX_SIDE) {
      throw new UniCoreError(
        'MESSAGE_TOO_BIG',
        `The desktop has ${width} × ${height} pixels; ${MAX_SIDE} × ${MAX_SIDE} are allowed.`,
      );
    }
    this.width = width;
    this.height = height;
    this.#bytes = Buffer.alloc(width * height * PIXEL_BYTES);
  }

  /**
   * Returns `width` pixels of one row, as memory to write to. Throws PROTOCOL_ERROR if a pixel is outside of the
   * picture.
   */
  row(x: number, y: number, width: number): Buffer {
    if (x + width > this.width || y >= this.height) {
      throw new UniCoreError('PROTOCOL_ERROR', 'The VNC server sent pixels outside of the desktop.');
    }
    const start = (y * this.width + x) * PIXEL_BYTES;
    return this.#bytes.subarray(start, start + width * PIXEL_BYTES);
  }

  /** Returns the colour of a pixel as `0xrrggbb`, or undefined outside of the picture. */
  pixel(x: number, y: number): number | undefined {
    const isInside = x >= 0 && x < this.width && y >= 0 && y < this.height;
    return isInside ? this.#bytes.readUIntBE((y * this.width + x) * PIXEL_BYTES, 3) : undefined;
  }

  /** Returns a copy of the picture. */
  whole(): Picture {
    const rgba = new Uint8Array(this.#bytes);
    for (let at = PIXEL_BYTES - 1; at < rgba.length; at += PIXEL_BYTES) rgba[at] = 0xff;
    return { width: this.width, height: this.height, rgba };
  }
}
