/** Tests viewers that attach in the middle of the output of real programs. */
import Docker from 'dockerode';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPty } from '../pty/index.ts';
import { dump, type FakeViewer, SIZE, startTerminal } from './testing/index.ts';
import { SESSIONS } from './testing/recordings/index.ts';

const docker = new Docker();
const container = `unicore-programs-test-${process.pid}`;
/** Time without output after which a program has finished drawing, in ms. */
const QUIET_MS = 300;

beforeAll(async () => {
  const { id } = await docker.createContainer({
    name: container,
    Image: 'unicore/vm',
    Hostname: 'demo',
    Cmd: ['sleep', 'infinity'],
    HostConfig: { NetworkMode: 'none', Init: true },
  });
  await docker.getContainer(id).start();
});

afterAll(() => docker.getContainer(container).remove({ force: true }));

/** A viewer that reads all output at once, and answers queries like the terminal in the page. */
function follow(viewer: FakeViewer): { quiet(): Promise<void> } {
  let last = performance.now();
  viewer.onWake = () => {
    if (viewer.take() !== '') last = performance.now();
  };
  viewer.xterm.onData((answer) => viewer.type(answer));
  return {
    async quiet() {
      last = performance.now();
      while (performance.now() - last < QUIET_MS) {
        await new Promise((soon) => setTimeout(soon, last + QUIET_MS - performance.now()));
      }
    },
  };
}

test.each(Object.entries(SESSIONS))(
  '%s: a viewer that attaches in the middle sees the same as the first one',
  async (_name, { command, keys }) => {
    const pty = await openPty({ kind: 'docker', container }, SIZE, command);
    const { terminal, join } = startTerminal(pty);
    const first = join('first');
    const { quiet } = follow(first);
    first.take();
    for (const key of keys) {
      await quiet();
      const late = join('late');
      late.take();
      first.take();
      const { normal, ...seen } = dump(late.xterm);
      const { normal: whole, ...should } = dump(first.xterm);
      expect({ key, ...seen }).toEqual({ key, ...should });
      expect(normal.lines.slice(-SIZE.rows)).toEqual(whole.lines.slice(-SIZE.rows));
      late.handler?.closed('OK', '');
      first.type(key);
    }
    await quiet();
    await terminal.close();
  },
);
