/** The page of one machine. It is loaded lazily because it contains xterm. */
export { prepareGpu } from './gpu.ts';
export { VmPage } from './vm-page.tsx';
