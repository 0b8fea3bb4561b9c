/** The messages of the Chrome DevTools Protocol (CDP), and the answers that are given without the browser. */
import { z } from 'zod';

/**
 * Largest message of a program and of the browser, in bytes. The hub closes the raw socket of a program for a larger one,
 * so it must not get that far.
 */
export const MAX_MESSAGE = 16 * 1024 * 1024;

const params = z.record(z.string(), z.unknown());
export type Params = z.infer<typeof params>;

const id = z.int();

/** A command from a program. Chromium refuses commands with unknown fields, so unknown fields are removed. */
const command = z.object({
  id,
  method: z.string(),
  params: params.optional(),
  sessionId: z.string().optional(),
});
export type Command = z.infer<typeof command>;

const failure = z.looseObject({ code: z.number(), message: z.string() });

/** A message from the browser: an answer (with `id`) or an event (with `method`). */
const answer = z.object({
  id,
  result: params.optional(),
  error: failure.optional(),
  sessionId: z.string().optional(),
});
export type Answer = z.infer<typeof answer>;

const event = z.object({ method: z.string(), params: params.optional(), sessionId: z.string().optional() });
export type CdpEvent = z.infer<typeof event>;

const browserMessage = z.union([event, answer]);

/** The fields of the browser's messages that describe sessions and browser contexts. */
export const attached = z.object({
  sessionId: z.string(),
  waitingForDebugger: z.boolean().optional(),
  targetInfo: z.object({ targetId: z.string(), type: z.string() }).optional(),
});
export type Attached = z.infer<typeof attached>;
export const detached = z.object({ sessionId: z.string() });
export const createdContext = z.object({ browserContextId: z.string() });

/** Error codes of JSON-RPC and CDP, as Chromium uses them. */
export const CODES = {
  notJson: -32700,
  badRequest: -32600,
  refused: -32000,
  /**
   * The session does not exist. Playwright and Puppeteer ignore this error, because a session may end while a
   * command is on its way.
   */
  noSession: -32001,
} as const;

/** Returns the text of an error answer. The answer has no id if the message's id could not be read. */
export function errorAnswer(
  code: number,
  message: string,
  to: { id?: number | undefined; sessionId?: string | undefined } = {},
): string {
  return JSON.stringify({ id: to.id, error: { code, message }, sessionId: to.sessionId });
}

/** A parsed message of a program: its command, or the text of the error answer that the program gets. */
export type ParsedCommand = { readonly command: Command } | { readonly error: string };

export function parseCommand(text: string): ParsedCommand {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { error: errorAnswer(CODES.notJson, 'The message is not JSON.') };
  }
  const parsed = command.safeParse(json);
  if (parsed.success) return { command: parsed.data };
  const known = z.object({ id }).safeParse(json);
  const problem = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  return { error: errorAnswer(CODES.badRequest, `The message is not a command (${problem}).`, known.data) };
}

/** Returns undefined if the text is not a CDP message. */
export function parseBrowserMessage(text: string): Answer | CdpEvent | undefined {
  try {
    return browserMessage.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
