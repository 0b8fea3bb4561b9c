/** An error answer of the fake server, with the code and text that Firestore would use. */
import type { status } from '@grpc/grpc-js';

export class Refusal extends Error {
  readonly code: status;

  constructor(code: status, message: string) {
    super(message);
    this.code = code;
  }
}
