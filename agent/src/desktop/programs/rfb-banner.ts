/** Checks that a VNC server answers on a unix socket, by reading the first line that it sends. */
import { connect } from 'node:net';
import { UniCoreError } from '@unicore/protocol';

const BANNER = /^RFB \d{3}\.\d{3}\n/;
/** Length of the first line of the RFB protocol, in bytes. */
const BANNER_BYTES = 12;
/** Time limit for the first line, ms. Xvnc sends it at once; on a busy machine it can take seconds. */
const LIMIT_MS = 5_000;

/** Resolves with the server's first line, such as "RFB 003.008". Rejects if no VNC server answers. */
export async function readBanner(socketPath: string): Promise<string> {
  const socket = connect(socketPath);
  try {
    return await new Promise<string>((resolve, reject) => {
      let text = '';
      const refuse = (why: string) =>
        reject(new UniCoreError('RUNTIME_UNAVAILABLE', `No VNC server answers on ${socketPath}: ${why}.`));
      socket.setTimeout(LIMIT_MS, () => refuse('it sent nothing'));
      socket.setEncoding('latin1');
      socket.on('error', (error) => refuse(error.message));
      socket.on('close', () => refuse('it closed the connection'));
      socket.on('data', (chunk: string) => {
        text += chunk;
        if (text.length < BANNER_BYTES) return;
        if (BANNER.test(text)) resolve(text.slice(0, BANNER_BYTES - 1));
        else refuse('it does not speak RFB');
      });
    });
  } finally {
    socket.destroy();
  }
}
