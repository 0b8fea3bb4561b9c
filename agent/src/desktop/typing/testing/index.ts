/** Test support for typing: a keyboard, a viewer who types, and the pages that are typed into. */
export { CTRL, KEYS, type Press, SHIFT } from './keyboard.ts';
export { Mix } from './mixes.ts';
export { ORIGIN, TestPages } from './pages.ts';
export { Typist } from './typist.ts';
