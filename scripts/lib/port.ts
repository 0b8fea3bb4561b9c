/** Whether a port can be listened on, asked before the hub tries, to say it in a sentence. */
import { once } from 'node:events';
import { createServer } from 'node:net';

export async function checkPort(port: number, host: string): Promise<void> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
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
  server.close();
  await once(server, 'close');
}
