/** Tests of PTYs in a container of a real Docker engine. */
import Docker from 'dockerode';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDockerPty } from './docker.ts';
import { ptyContract, Reader } from './testing/index.ts';

const IMAGE = 'unicore/vm';
const docker = new Docker();
const name = `unicore-pty-test-${process.pid}`;

beforeAll(async () => {
  const container = await docker.createContainer({
    name,
    Image: IMAGE,
    Cmd: ['sleep', 'infinity'],
    User: '1000:1000',
    HostConfig: { Init: true, CapDrop: ['ALL'], NetworkMode: 'none' },
  });
  await container.start();
});

afterAll(() => docker.getContainer(name).remove({ force: true }));

ptyContract('docker', () => ({
  home: '/home/consumer',
  open: (command, size = { cols: 80, rows: 24 }) => openDockerPty({ container: name, command, ...size }),
}));

/** Returns the commands that run in the container, except its main process. */
async function running(): Promise<string[]> {
  const { Processes } = await docker.getContainer(name).top();
  return (Processes as string[][])
    .map((row) => row.at(-1)!)
    .filter((command) => !/sleep infinity/.test(command));
}

test('killing a terminal also ends its background jobs', async () => {
  const script = 'trap "" HUP; nohup sleep 4321 & setsid sleep 4322 & echo up; sleep 4323';
  const pty = new Reader(
    await openDockerPty({ container: name, command: ['bash', '-c', script], cols: 80, rows: 24 }),
  );
  await pty.until('up');
  expect((await running()).filter((command) => command.includes('sleep 43'))).not.toEqual([]);
  pty.pty.kill();
  await pty.pty.exited;
  expect((await running()).filter((command) => command.includes('sleep 43'))).toEqual([]);
});

test('other terminals of the container live on when one is killed', async () => {
  const open = () =>
    openDockerPty({ container: name, command: ['bash', '--norc', '-i'], cols: 80, rows: 24 });
  const [one, other] = [new Reader(await open()), new Reader(await open())];
  one.pty.kill();
  await one.pty.exited;
  other.type('echo alive$((1+1))\nexit 4\n');
  await other.until('alive2');
  expect(await other.pty.exited).toMatchObject({ code: 4 });
});

test('keys that could be detach keys of the engine reach the program', async () => {
  const pty = new Reader(
    await openDockerPty({
      container: name,
      command: ['bash', '-c', 'stty raw -echo; echo ready; head -c 5 | od -An -tx1'],
      cols: 80,
      rows: 24,
    }),
  );
  await pty.until('ready');
  pty.type('\x10\x11\x1c\x00q');
  await pty.pty.exited;
  expect(pty.text).toContain('10 11 1c 00 71');
});

test('a program that does not exist ends with its status', async () => {
  const pty = await openDockerPty({ container: name, command: ['no-such-program'], cols: 80, rows: 24 });
  expect((await pty.exited).code).toBeGreaterThan(0);
});

test('a stopped VM, a lost container and a missing engine each have their error code', async () => {
  const stopped = await docker.createContainer({ Image: IMAGE, Cmd: ['true'] });
  const open = (container: string, socketPath?: string) =>
    openDockerPty({ container, cols: 80, rows: 24, ...(socketPath && { socketPath }) });
  await expect(open(stopped.id)).rejects.toMatchObject({ code: 'VM_NOT_RUNNING' });
  await stopped.remove();
  await expect(open(stopped.id)).rejects.toMatchObject({ code: 'CONTAINER_LOST' });
  await expect(open(name, '/nowhere/docker.sock')).rejects.toMatchObject({ code: 'RUNTIME_UNAVAILABLE' });
});
