/** Types for imports that only Vite understands, such as CSS files, and for what only some browsers have. */

declare module '*.css';

interface Navigator {
  /** Lets a page on the full screen have the keys that the browser uses itself. Then Escape leaves if it is held. */
  readonly keyboard?: { lock(): Promise<void>; unlock(): void };
}
