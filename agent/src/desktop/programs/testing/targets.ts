/**
 * Web servers that a desktop must not reach, and one with a public address that it may reach. They run in a network
 * namespace without connection to the outside. Prints "ready", and then a line for each request.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';

const [, , port, ...addresses] = process.argv;

for (const address of addresses) {
  const server = createServer((request, response) => {
    process.stdout.write(`${address} ${request.url}\n`);
    const forward = /^\/to\?(.*)$/.exec(request.url ?? '');
    if (forward) {
      response.statusCode = 302;
      response.setHeader('location', decodeURIComponent(forward[1] ?? ''));
    }
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', '*');
    response.end(`served by ${address}`);
  });
  await once(server.listen(Number(port), address), 'listening');
}
process.stdout.write('ready\n');
