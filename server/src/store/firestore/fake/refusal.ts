/** What the fake answers instead of a result, in Firestore's own codes and words. */
import type { status } from '@grpc/grpc-js';

export class Refusal extends Error {
  readonly code: status;

  constructor(code: status, message: string) {
    super(message);
    this.code = code;
  }
}
