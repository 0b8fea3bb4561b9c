/** Starts a terminal on a simulated clock. Viewers join the terminal by name. */
import { SimClock } from '@unicore/protocol/sim';
import { pino } from 'pino';
import type { Pty } from '../../pty/index.ts';
import { Terminal, type ViewRequest } from '../index.ts';
import { FakePty } from './fake-pty.ts';
import { FakeViewer, SIZE } from './fake-viewer.ts';

interface TerminalUnderTest {
  clock: SimClock;
  terminal: Terminal;
  /** Attaches a viewer to the terminal. */
  join(name: string, options?: Partial<ViewRequest>): FakeViewer;
}

export function startTerminal(): TerminalUnderTest & { pty: FakePty };
export function startTerminal(pty: Pty): TerminalUnderTest;
export function startTerminal(pty: Pty = new FakePty()): TerminalUnderTest & { pty: Pty } {
  const clock = new SimClock();
  const log = pino({ enabled: false });
  const terminal = new Terminal({ terminalId: 'main', pty, size: SIZE, clock, log });
  const join = (name: string, options: Partial<ViewRequest> = {}) => {
    const viewer = new FakeViewer(name);
    terminal.view(viewer.request(options));
    return viewer;
  };
  return { pty, clock, terminal, join };
}
