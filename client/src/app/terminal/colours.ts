/**
 * Terminal colours for the dark and the light theme. All sixteen colours are readable on the page's
 * background. Even the colour "white" is readable on the white background of the light theme. xterm's option
 * minimumContrastRatio is off because it turns reversed text grey (xterm 6.0, DOM renderer).
 */
import type { ITheme } from '@xterm/xterm';
import type { Theme } from '../base/index.ts';

export const COLOURS: Record<Theme, ITheme> = {
  dark: {
    background: '#0b0d0c',
    foreground: '#dfe3dc',
    cursor: '#4fd6a3',
    cursorAccent: '#0b0d0c',
    selectionBackground: '#2f5546',
    selectionInactiveBackground: '#26332d',
    scrollbarSliderBackground: '#ffffff1f',
    scrollbarSliderHoverBackground: '#ffffff33',
    scrollbarSliderActiveBackground: '#ffffff47',
    black: '#1d2220',
    red: '#ff7b6e',
    green: '#6fcf7f',
    yellow: '#e3b34f',
    blue: '#78a9f5',
    magenta: '#d08ddb',
    cyan: '#55c6c6',
    white: '#c7ccc4',
    brightBlack: '#7b847d',
    brightRed: '#ff9a8f',
    brightGreen: '#93e5a0',
    brightYellow: '#f4cd7a',
    brightBlue: '#a3c5ff',
    brightMagenta: '#e5aeee',
    brightCyan: '#84e2e0',
    brightWhite: '#f4f6f2',
  },
  light: {
    background: '#ffffff',
    foreground: '#1b1e1b',
    cursor: '#0c7a57',
    cursorAccent: '#ffffff',
    selectionBackground: '#bfe3d4',
    selectionInactiveBackground: '#e3e8e4',
    scrollbarSliderBackground: '#0000001f',
    scrollbarSliderHoverBackground: '#00000033',
    scrollbarSliderActiveBackground: '#00000047',
    black: '#1b1e1b',
    red: '#b3261e',
    green: '#1f7a3a',
    yellow: '#8a5a00',
    blue: '#1f5fbf',
    magenta: '#8f3fa0',
    cyan: '#0b7285',
    white: '#5d625c',
    brightBlack: '#7a8079',
    brightRed: '#cf3b31',
    brightGreen: '#2c8f4b',
    brightYellow: '#a06a00',
    brightBlue: '#3a78d6',
    brightMagenta: '#a556b6',
    brightCyan: '#1b8799',
    brightWhite: '#3a3f3a',
  },
};

/** Colours of search results. xterm's search addon accepts only the format #RRGGBB. */
export const FOUND = {
  dark: { all: '#3d3417', active: '#8a6a1d', border: '#f0b758' },
  light: { all: '#fdf0cc', active: '#f3cf73', border: '#8f5400' },
} satisfies Record<Theme, object>;
