/** `unicore-desktop join`: connects stdin and stdout to the socket of a desktop's holder. */
import { connect } from 'node:net';
import { pipeline } from 'node:stream/promises';

export async function joinHolder(path: string): Promise<void> {
  const socket = connect(path);
  await Promise.all([pipeline(process.stdin, socket), pipeline(socket, process.stdout)]);
}
