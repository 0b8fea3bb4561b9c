/** Tests of the short way to a socket in a container, on a real engine. It is there for root on Linux. */
import { text } from 'node:stream/consumers';
import Docker from 'dockerode';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dockerSocket } from '../../runtime/index.ts';
import { type ContainerProcess, connectInContainer } from './container-socket.ts';

const IMAGE = process.env.UNICORE_TEST_IMAGE ?? 'unicore/vm:latest';
const engine = new Docker({ socketPath: dockerSocket(process.env) });
const SERVE = `
  symlink '/tmp/server.sock', '/tmp/link.sock';
  open my $file, '>', '/tmp/file.sock';
  mkdir '/tmp/folder.sock';
  my $server = IO::Socket::UNIX->new(Local => '/tmp/server.sock', Listen => 5);
  $| = 1;
  print 'listens';
  while (my $client = $server->accept) { print $client 'from the container' }
`;

let container: Docker.Container;
let first: ContainerProcess;

beforeAll(async () => {
  container = await engine.createContainer({
    Image: IMAGE,
    Entrypoint: ['perl', '-MIO::Socket::UNIX', '-e', SERVE],
    HostConfig: { NetworkMode: 'none' },
  });
  const output = await container.attach({ stream: true, stdout: true });
  await container.start();
  await new Promise((resolve) => output.once('data', resolve));
  const { Id, State } = await container.inspect();
  first = { containerId: Id, pid: State.Pid };
});
afterAll(() => container.remove({ force: true }));

test('a socket in the container is reached by its path there', async () => {
  const socket = await connectInContainer(first, '/tmp/server.sock');
  expect(await text(socket!)).toBe('from the container');
});

test.each(['link', 'file', 'folder'])('a %s in the place of the socket is not it', async (name) => {
  expect(await connectInContainer(first, `/tmp/${name}.sock`)).toBeUndefined();
});

test('where nothing listens yet, the caller may try again', async () => {
  await expect(connectInContainer(first, '/tmp/nothing.sock')).rejects.toMatchObject({ code: 'LEG_LOST' });
});

test('a process of another container is not asked', async () => {
  const other = { ...first, containerId: 'f'.repeat(64) };
  expect(await connectInContainer(other, '/tmp/server.sock')).toBeUndefined();
  expect(await connectInContainer({ ...first, pid: process.pid }, '/tmp/server.sock')).toBeUndefined();
});
