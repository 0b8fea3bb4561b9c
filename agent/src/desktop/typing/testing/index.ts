/** Test support for typing: a keyboard, a viewer who types, and the pages that are typed into. */
export { KEYS, type Press, SHIFT } from './keyboard.ts';
export { ORIGIN, TestPages } from './pages.ts';
export { Typist } from './typist.ts';
