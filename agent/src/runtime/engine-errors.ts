/** Translates errors of the Docker engine into messages that tell the machine's owner what to do. */
import { UniCoreError } from '@unicore/protocol';
import { codeOf } from '../files/index.ts';

/** Error codes which mean that no engine listens on the socket. */
const GONE = new Set(['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTSOCK', 'ETIMEDOUT']);

/** Matches the prefix that dockerode adds before the engine's message. */
const HTTP_PREFIX = /^\(HTTP code \d+\)[^-]*- /;

export function engineError(error: unknown, socketPath: string, image?: string): UniCoreError {
  if (error instanceof UniCoreError) return error;
  const code = codeOf(error);
  const text = error instanceof Error ? error.message : String(error);
  if (code === 'EACCES' || code === 'EPERM') {
    return new UniCoreError(
      'RUNTIME_UNAVAILABLE',
      `The agent's user may not use Docker at ${socketPath}. Add it to the group docker (sudo usermod -aG docker USER), ` +
        'log in again and start the agent; it tries again by itself.',
      { cause: error },
    );
  }
  if ((code !== undefined && GONE.has(code)) || /socket hang up|aborted/.test(text)) {
    return new UniCoreError(
      'RUNTIME_UNAVAILABLE',
      `Docker does not answer at ${socketPath}. Start Docker; the agent tries again by itself.`,
      { cause: error },
    );
  }
  if (/no space left on device/i.test(text)) {
    return new UniCoreError(
      'DISK_FULL',
      "The disk of the provider's machine is full. Free some space there (docker system df shows what Docker uses), then press Start.",
      { cause: error },
    );
  }
  if (image !== undefined && statusOf(error) === 404 && /no such image/i.test(text)) {
    return new UniCoreError(
      'IMAGE_MISSING',
      `The image ${image} is not on the provider's machine. There, run npm run images (or docker pull ${image}), then press Start.`,
      { cause: error },
    );
  }
  return new UniCoreError('INTERNAL', `Docker refused: ${text.replace(HTTP_PREFIX, '').trim()}`, {
    cause: error,
  });
}

/** Returns the HTTP status of the engine's answer, if the error contains a status. */
export function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}
