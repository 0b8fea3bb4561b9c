/** Messages of RFB as bytes, written without the code under test. */

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** A true-colour pixel format. `depth` decides whether 32-bit pixels have only 3 bytes in the Tight encoding. */
export function pixelFormat(bits: 8 | 16 | 32, depth = bits === 32 ? 24 : bits): Buffer {
  const colours = {
    8: [0, 7, 0, 7, 0, 3, 0, 3, 6],
    16: [0, 31, 0, 63, 0, 31, 11, 5, 0],
    32: [0, 255, 0, 255, 0, 255, 16, 8, 0],
  };
  return Buffer.from([bits, depth, 0, 1, ...colours[bits], 0, 0, 0]);
}

export function setPixelFormat(format: Buffer): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 0, 0]), format]);
}

export function setEncodings(...encodings: number[]): Buffer {
  return Buffer.concat([Buffer.from([2, 0]), u16(encodings.length), ...encodings.map(u32)]);
}

/** A clipboard message without extensions. Its type is 3 from servers and 6 from viewers. */
export function cutText(type: 3 | 6, text: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([type, 0, 0, 0]), u32(text.length), text]);
}

export function extendedCutText(type: 3 | 6, flags: number, body: Uint8Array = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.from([type, 0, 0, 0]), u32(-(4 + body.length)), u32(flags), body]);
}

export function fence(flags: number, payload: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([248, 0, 0, 0]), u32(flags), Buffer.from([payload.length]), payload]);
}

export function serverInit(width: number, height: number, format = pixelFormat(32)): Buffer {
  const name = Buffer.from('desktop');
  return Buffer.concat([u16(width), u16(height), format, u32(name.length), name]);
}

export function rectangle(
  x: number,
  y: number,
  width: number,
  height: number,
  encoding: number,
  body: Iterable<number> = [],
): Buffer {
  return Buffer.concat([u16(x), u16(y), u16(width), u16(height), u32(encoding), Buffer.from([...body])]);
}

export function update(...rectangles: Buffer[]): Buffer {
  return Buffer.concat([Buffer.from([0, 0]), u16(rectangles.length), ...rectangles]);
}

const VERSIONS = { 3: 'RFB 003.003\n', 7: 'RFB 003.007\n', 8: 'RFB 003.008\n' };

export function handshakeOfViewer(version: 3 | 7 | 8, shared = 1): Buffer {
  return Buffer.concat([
    Buffer.from(VERSIONS[version]),
    version === 3 ? Buffer.alloc(0) : Buffer.from([1]),
    Buffer.from([shared]),
  ]);
}

export function handshakeOfServer(version: 3 | 7 | 8, format = pixelFormat(32)): Buffer {
  return Buffer.concat([
    Buffer.from(VERSIONS[8]),
    version === 3 ? u32(1) : Buffer.from([1, 1]),
    version === 8 ? u32(0) : Buffer.alloc(0),
    serverInit(640, 480, format),
  ]);
}
