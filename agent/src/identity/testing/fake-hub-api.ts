/** The HTTP API of a hub whose answers the test chooses. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

const servers: Server[] = [];

/** Closes all servers. Tests call this function from `afterEach`. */
export function closeFakeHubApis(): void {
  for (const server of servers.splice(0)) server.close();
}

/** `raw` is the whole body. Without `raw`, the body is built from `data` or `error`. */
export type Answer = {
  status?: number;
  data?: unknown;
  error?: { code: string; message: string };
  raw?: string;
};

/** A hub that gives each procedure the answer that the test chooses, and records the requests. */
export async function fakeHubApi(answer: (procedure: string, input: Record<string, unknown>) => Answer) {
  const asked: { procedure: string; input: Record<string, unknown>; connection: string | undefined }[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    const procedure = request.url!.replace('/trpc/', '');
    const input = JSON.parse((await text(request)) || '{}') as Record<string, unknown>;
    asked.push({ procedure, input, connection: request.headers.connection });
    const { status, data, error, raw } = answer(procedure, input);
    response.writeHead(status ?? (error ? 401 : 200), { 'content-type': 'application/json' });
    const failure = error && { message: error.message, code: -32001, data: { ...error, httpStatus: 401 } };
    response.end(raw ?? JSON.stringify(error ? { error: failure } : { result: { data } }));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  servers.push(server);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, server };
}
