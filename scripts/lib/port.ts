/** Finds free TCP ports, and checks whether a port is available or a program listens on it. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Pause between two connection attempts to a port, in ms. */
const LOOK_MS = 20;

/** Checks that a program can listen on a port. Otherwise throws an error with one clear sentence. */
export async function checkPort(port: number, host: string): Promise<void> {
  try {
    await take(port, host);
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

/** Returns a free port, for a program that can't choose a free port by itself and report its number. */
export function freePort(host: string): Promise<number> {
  return take(0, host);
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

async function take(wanted: number, host: string): Promise<number> {
  const server = createServer();
  server.listen(wanted, host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
