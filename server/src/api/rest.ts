/**
 * Serves the tRPC procedures as a REST API under /api, and creates the OpenAPI document that describes the
 * REST API.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TRPCError } from '@trpc/server';
import { ApiError } from '@unicore/protocol/api';
import { createOpenApiNodeHttpHandler, generateOpenApiDocument } from 'trpc-to-openapi';
import { z } from 'zod';
import type { Context } from './context.ts';
import { failureOf } from './errors.ts';
import { appRouter } from './router.ts';

/** Largest accepted request body, bytes. Every valid input is far smaller. */
export const MAX_BODY = 64 * 1024;
export const REST_PATH = '/api';
const JSON_TYPE = 'application/json';

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function restHandler(
  createContext: (request: IncomingMessage, changes: boolean) => Promise<Context>,
  failed: (error: TRPCError, path: string | undefined) => void,
): Handler {
  const failures = new WeakMap<IncomingMessage, TRPCError>();
  const handler = createOpenApiNodeHttpHandler({
    router: appRouter,
    maxBodySize: MAX_BODY,
    // A mutation may have the method GET. The procedure is what the adapter has found for the path, however that
    // is written.
    createContext: ({ req, info }) => createContext(req, info.type === 'mutation'),
    onError({ error, req, path }) {
      failures.set(req, error);
      failed(error, path);
    },
    responseMeta({ errors: [error] }) {
      const headers = { 'Cache-Control': 'no-store' };
      if (!error) return { headers };
      const { status, body } = failureOf(error);
      const wait = body.retryAfterMs;
      return { status, headers: wait === undefined ? headers : { ...headers, ...retryAfter(wait) } };
    },
  });
  return async (request, response) => {
    request.url = request.url!.slice(REST_PATH.length);
    prepareBody(request);
    // The REST adapter writes error bodies in its own format. They are replaced by error bodies in the format
    // of this API.
    const end = response.end.bind(response);
    response.end = ((...given: Parameters<typeof end>) => {
      const error = failures.get(request);
      return error ? end(JSON.stringify(failureOf(error).body)) : end(...given);
    }) as typeof response.end;
    await handler(request, response);
  };
}

/**
 * Changes a POST request so that the REST adapter accepts it. The adapter requires a body and exactly the
 * content type `application/json`. This API also accepts a POST without a body, and a content type with a
 * charset.
 */
function prepareBody(request: IncomingMessage & { body?: unknown }): void {
  const { headers, method } = request;
  if (method !== 'POST') return;
  const empty = headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
  const json = headers['content-type']?.split(';')[0]?.trim().toLowerCase() === JSON_TYPE;
  if (empty || json) headers['content-type'] = JSON_TYPE;
  if (empty) request.body = {};
}

function retryAfter(ms: number): Record<string, string> {
  return { 'Retry-After': String(Math.ceil(ms / 1000)) };
}

/** Returns the OpenAPI document. url: the hub's public URL. */
export function openApiDocument(url: string, version: string): unknown {
  const document = generateOpenApiDocument(appRouter, {
    title: 'UniCore',
    description: 'VMs on the spare capacity of other machines. Sign in with a bearer token.',
    version,
    baseUrl: `${url}${REST_PATH}`,
  });
  const { $schema: _, ...schema } = z.toJSONSchema(ApiError);
  const content = { [JSON_TYPE]: { schema: { $ref: '#/components/schemas/Error' } } };
  for (const path of Object.values(document.paths ?? {})) {
    for (const operation of Object.values(path)) {
      const { responses } = operation as { responses: Record<string, unknown> };
      // The REST adapter documents error responses in its own format. They are replaced by the error format
      // of this API.
      for (const status of Object.keys(responses)) if (status !== '200') delete responses[status];
      responses.default = { description: 'What went wrong, and what to do about it', content };
    }
  }
  const { components } = document;
  // The error schemas of the REST adapter are left out, because this API does not use them.
  return {
    ...document,
    components: { securitySchemes: components?.securitySchemes, schemas: { Error: schema } },
  };
}
