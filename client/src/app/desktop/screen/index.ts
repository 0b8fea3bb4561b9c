/** The picture of a desktop: its channel, noVNC, and their state. */
export { LineChip } from './line-chip.tsx';
export { lineNotice } from './line-notice.ts';
export { loadScreen, preloadScreen, type Rfb, type ScreenCode } from './screen-code.ts';
export { StoppedPanel } from './stopped-panel.tsx';
export { createViewing, type Viewing } from './viewing.ts';
