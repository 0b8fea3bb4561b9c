/** Ports of this machine: whether a port is free, which one is, and when a program listens on it. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Interval at which a port is tried, ms. */
const LOOK_MS = 20;

/** Throws a readable error if the port is in use or not allowed, before a program tries to listen on it. */
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

/** A free port, for programs that can't report which port they chose. */
export function freePort(host: string): Promise<number> {
  return take(0, host);
}

/** Resolves when the port accepts connections, or when the signal aborts. */
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
