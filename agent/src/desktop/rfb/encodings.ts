/**
 * The RFB encodings and pseudo-encodings that the interposer can parse. It removes all others from a viewer's
 * SetEncodings. Otherwise the server could send data whose length the interposer does not know.
 */

/** Registered numbers of RFB encodings, as signed 32-bit integers. */
export const Encoding = {
  raw: 0,
  copyRect: 1,
  tight: 7,
  zrle: 16,
  desktopSize: -223,
  lastRect: -224,
  cursor: -239,
  xCursor: -240,
  qemuKeyEvent: -258,
  qemuLedState: -261,
  desktopName: -307,
  extendedDesktopSize: -308,
  fence: -312,
  continuousUpdates: -313,
  cursorWithAlpha: -314,
  extendedMouseButtons: -316,
  vmwareCursor: 0x574d5664,
  vmwareCursorPosition: 0x574d5666,
  vmwareLedState: 0x574d5668,
  extendedClipboard: 0xc0a1e5ce | 0,
} as const;

/**
 * Ranges of pseudo-encodings that only set a level: `[lowest, highest]`. The server never sends data with these
 * numbers.
 */
const LEVELS: readonly (readonly [number, number])[] = [
  // JPEG quality 0 to 9
  [-32, -23],
  // compression 0 to 9
  [-256, -247],
  // fine JPEG quality 0 to 100
  [-512, -412],
  // JPEG subsampling
  [-768, -763],
];

const KNOWN = new Set<number>(Object.values(Encoding));

/** Returns true if the interposer can tell the length of all data that the server sends with this encoding. */
export function isKnown(encoding: number): boolean {
  return KNOWN.has(encoding) || LEVELS.some(([lowest, highest]) => encoding >= lowest && encoding <= highest);
}
