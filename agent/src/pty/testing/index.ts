export { ptyContract, Reader } from './pty.suite.ts';
