export { FakePty } from './fake-pty.ts';
export { FakeViewer, SIZE } from './fake-viewer.ts';
export { lines, parsed } from './flood.ts';
export { SESSIONS } from './recordings/index.ts';
export { dump, type ScreenDump } from './screen-dump.ts';
export { startTerminal } from './start-terminal.ts';
