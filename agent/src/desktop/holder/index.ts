/** The process that owns a desktop's display and browser, and the calls that reach it. */
export {
  AskPicture,
  type HolderMethods,
  type HolderNews,
  HolderStatus,
  Limits,
  TakeControls,
} from './contract.ts';
export { endFile, holderSocket } from './files.ts';
export { type Holder, type HolderOptions, startHolder } from './holder.ts';
