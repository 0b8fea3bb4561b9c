/** Loaded only where spans are exported. */
export { startTracing } from './start.ts';
