/**
 * Creates the recordings in this folder again: `node agent/src/terminal/testing/recordings/record.ts`. Each
 * recording is the output of a program in an 80×24 terminal, in a container of the standard image.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Docker from 'dockerode';
import { openPty } from '../../../pty/index.ts';
import { SESSIONS } from './sessions.ts';

const SIZE = { cols: 80, rows: 24 };
/** Time without output after which a program has finished drawing, in ms. */
const QUIET_MS = 400;
const docker = new Docker();
const container = await docker.createContainer({
  Image: 'unicore/vm',
  Hostname: 'demo',
  Cmd: ['sleep', 'infinity'],
  HostConfig: { NetworkMode: 'none', Init: true },
});
await container.start();
try {
  for (const [name, { command, keys }] of Object.entries(SESSIONS)) {
    const recording = await record(container.id, command, keys);
    writeFileSync(join(import.meta.dirname, `${name}.ansi`), recording);
  }
} finally {
  await container.remove({ force: true });
}

async function record(id: string, command: [string, ...string[]], keys: string[]): Promise<Buffer> {
  const pty = await openPty({ kind: 'docker', container: id }, SIZE, command);
  const chunks: Uint8Array[] = [];
  let heard: () => void = () => undefined;
  pty.onData((bytes) => {
    chunks.push(bytes);
    heard();
  });
  const quiet = () =>
    new Promise<void>((resolve) => {
      let timer = setTimeout(resolve, QUIET_MS);
      heard = () => {
        clearTimeout(timer);
        timer = setTimeout(resolve, QUIET_MS);
      };
    });
  for (const key of keys) {
    await quiet();
    pty.write(Buffer.from(key), () => undefined);
  }
  await Promise.race([pty.exited, quiet().then(() => pty.kill())]);
  await pty.exited;
  return Buffer.concat(chunks);
}
