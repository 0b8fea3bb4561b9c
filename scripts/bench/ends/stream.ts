/** A two-way byte stream: the interface through which the bench's ends use every carrier. */
export interface Stream {
  /** Sends a few bytes, without regard to back-pressure. */
  send(bytes: Uint8Array): void;
  /** Sends pieces as fast as back-pressure allows, until next() returns undefined. Only one call may run at a time. */
  pour(next: () => Uint8Array | undefined): void;
  onData(listener: (bytes: Uint8Array) => void): void;
}
