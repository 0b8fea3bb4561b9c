/** Test support for the view of a running desktop. */
export { connected, opened, typedOn } from './viewed.tsx';
