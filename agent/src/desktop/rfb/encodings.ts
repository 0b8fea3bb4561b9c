/**
 * The encodings and pseudo-encodings of RFB that the interposer understands. All others are taken out of a
 * viewer's SetEncodings, so the server never sends data whose length the interposer does not know.
 */

/** Numbers of encodings as signed 32-bit integers, as they are registered for RFB. */
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

/** Ranges of numbers that only set a level: `[lowest, highest]`. The server sends nothing with these numbers. */
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

/** Returns true if the interposer knows the length of everything that the server sends with this encoding. */
export function isKnown(encoding: number): boolean {
  return KNOWN.has(encoding) || LEVELS.some(([lowest, highest]) => encoding >= lowest && encoding <= highest);
}
