/** One call is one trace across all processes that it passes. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { systemClock } from '@unicore/protocol';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { LocalWorld } from '../backplane/index.ts';
import { joinTestAgent } from '../testing/agent.ts';
import { clientOf, startTestApp } from '../testing/app.ts';
import { startTracing } from './opentelemetry/index.ts';

const Span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  status: z.object({ code: z.number(), message: z.string().optional() }),
});
type Span = z.infer<typeof Span>;
const Export = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(Span) })) })),
});

/** A stand-in for OpenTelemetry's collector. */
async function collector() {
  const spans: Span[] = [];
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await json(request);
    bodies.push(JSON.stringify(body));
    for (const { scopeSpans } of Export.parse(body).resourceSpans) {
      spans.push(...scopeSpans.flatMap((scope) => scope.spans));
    }
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, spans, bodies, close: () => server.close() };
}

test("a procedure at one hub, its call to another hub and the agent's call are one trace, without users' content", async () => {
  const to = await collector();
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = to.url;
  const stop = startTracing();
  const world = new LocalWorld(systemClock);
  const one = await startTestApp({}, { backplane: world.join() });
  const two = await startTestApp({ dataDir: one.config.dataDir }, { backplane: world.join() });
  const agent = await joinTestAgent(one);
  await agent.connect();
  const api = clientOf(two.url, { authorization: `Bearer ${one.owner.token}` });
  const { vmId } = await api.vm.create.mutate({ name: 'a secret name' });
  await expect.poll(async () => (await api.vm.get.query({ vmId })).state).toBe('running');
  await api.vm.terminals.query({ vmId });
  await expect(api.vm.closeTerminal.mutate({ vmId, terminalId: 'none' })).rejects.toThrow();
  await two.stop();
  await one.stop();
  await stop();
  to.close();
  delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;

  const way = (procedure: string) => {
    const root = to.spans.find(({ name }) => name === procedure)!;
    const below = (span: Span): Span[] => [
      span,
      ...to.spans.filter(({ parentSpanId }) => parentSpanId === span.spanId).flatMap(below),
    ];
    const spans = below(root);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    return spans;
  };
  expect(way('vm.terminals').map(({ name }) => name)).toEqual([
    'vm.terminals',
    'call agent',
    'answer agent',
    'call terminals',
    // The test's agent runs in this process; a real agent creates no spans.
    'answer terminals',
  ]);
  expect(way('vm.closeTerminal').map(({ status }) => status.message)).toEqual(Array(5).fill('NOT_FOUND'));
  expect(to.bodies.join()).not.toContain('secret');
});
