/** The page of one machine, loaded lazily: xterm comes with it. */
export { prepareGpu } from './gpu.ts';
export { VmPage } from './vm-page.tsx';
