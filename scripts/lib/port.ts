/** Checks whether a port is available or a program listens on it. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Pause between two connection attempts to a port, in ms. */
const LOOK_MS = 20;

/** Checks that a program can listen on a port. Otherwise throws an error with one clear sentence. */
export async function checkPort(port: number, host: string): Promise<void> {
  try {
    const server = createServer().listen(port, host);
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') {
      throw new Error(
        `Port ${port} is in use by another program. Start with another one: npm start -- --port ${port + 1}`,
      );
    }
    if (code === 'EACCES')
      throw new Error(`Port ${port} needs more rights than you have. Choose one above 1023.`);
    throw new Error(`Port ${port} can't be used: ${message}`);
  }
}

/** Resolves when a program accepts connections on this port, or when the signal aborts. */
export async function untilListening(port: number, host: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !(await isListening(port, host))) await delay(LOOK_MS);
}

export async function isListening(port: number, host: string): Promise<boolean> {
  const socket = connect(port, host);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
