/** The connection to a desktop's holder. */
export { connectHolder, type HolderConnection } from './connect.ts';
export { HolderLink } from './holder-link.ts';
