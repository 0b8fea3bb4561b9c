/** The process that owns a desktop's display and browser, and serves its channels. */
export { type Holder, type HolderOptions, startHolder } from './holder.ts';
