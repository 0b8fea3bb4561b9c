/** Test support: the contract of PTYs. */
export { ptyContract, Reader } from './pty.suite.ts';
