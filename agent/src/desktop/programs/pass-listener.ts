/**
 * A process that lives for a moment in a desktop's network namespace. It listens there and hands the listening
 * socket to the parent process, which is outside. A socket stays in the namespace in which it was made.
 */
import { createServer } from 'node:net';

const server = createServer();
server.listen({ host: '127.0.0.1', port: Number(process.argv[2]) }, () => {
  process.send?.('listening', server, {}, () => process.exit(0));
});
