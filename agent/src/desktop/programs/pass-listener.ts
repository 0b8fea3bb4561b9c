/**
 * A short-lived process in a desktop's network namespace. It opens a listening socket there and passes it to
 * the parent process outside. A socket stays in the namespace in which it was opened.
 */
import { createServer } from 'node:net';

const server = createServer();
server.listen({ host: '127.0.0.1', port: Number(process.argv[2]) }, () => {
  process.send?.('listening', server, {}, () => process.exit(0));
});
