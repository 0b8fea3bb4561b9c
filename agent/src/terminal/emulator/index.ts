/** A headless xterm, and access to internals that xterm's public API does not offer. */
export { ASCII, charsetName } from './charsets.ts';
export { headlessTerminal, SCROLLBACK } from './headless.ts';
export { limitEmulator, MAX_JOINED } from './limits.ts';
export { Palette } from './palette.ts';
export {
  type Attributes,
  type Cell,
  HAS_EXTENDED,
  type Line,
  type ScreenBuffer,
  underlineStyle,
  XtermCore,
} from './xterm-core.ts';
