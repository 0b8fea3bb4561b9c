/** The holder of a desktop: the process that owns its display and its browser. */
export { END_FILE, HOLDER_SOCKET, HoldOrder, holdArguments, joinArguments } from './command.ts';
export {
  AskPicture,
  HOLDER_VERSION,
  type HolderMethods,
  type HolderNews,
  HolderStatus,
  Limits,
  TakeControls,
} from './contract.ts';
export { monotonicMs } from './monotonic.ts';
