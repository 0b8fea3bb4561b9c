/** An error answer of the fake, with Firestore's own code and text. */
import type { status } from '@grpc/grpc-js';

export class Refusal extends Error {
  readonly code: status;

  constructor(code: status, message: string) {
    super(message);
    this.code = code;
  }
}
