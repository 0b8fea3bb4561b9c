/** Test support for typing: a keyboard, a viewer that types, and pages that receive the text. */
export { CTRL, KEYS, type Press, SHIFT } from './keyboard.ts';
export { Mix } from './mixes.ts';
export { ORIGIN, TestPages } from './pages.ts';
export { Typist } from './typist.ts';
