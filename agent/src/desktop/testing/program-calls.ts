/** Commands of CDP over a channel, for tests. */
import type { ChannelStream } from './channel-stream.ts';

export interface CdpAnswer {
  result?: Record<string, unknown>;
  error?: { message: string };
}

/** Returns a function that sends one command, and resolves with the answer. */
export function programCalls(stream: ChannelStream) {
  let text = '';
  let lastId = 0;
  const answers = new Map<number, (answer: CdpAnswer) => void>();
  stream.setEncoding('utf8');
  stream.on('data', (more: string) => {
    const messages = (text + more).split('\0');
    text = messages.pop()!;
    for (const message of messages) {
      const answer = JSON.parse(message);
      answers.get(answer.id)?.(answer);
    }
  });
  return (method: string, params: object = {}, sessionId?: string) =>
    new Promise<CdpAnswer>((resolve) => {
      answers.set(++lastId, resolve);
      stream.write(`${JSON.stringify({ id: lastId, method, params, ...(sessionId && { sessionId }) })}\0`);
    });
}
