/** The long-running operations of the fake. Each shows whether the work that a call has started is done. */
import { status } from '@grpc/grpc-js';
import { Refusal } from './refusal.ts';

export interface Progress {
  done: boolean;
  job?: object;
  execution?: object;
  error?: { code: number; message: string };
}

export interface Operation extends Progress {
  name: string;
}

export class Operations {
  readonly #all = new Map<string, () => Progress>();
  #count = 0;

  /** `of` is the full name of the job or execution that the operation works on. */
  add(of: string, progress: () => Progress): Operation {
    const place = of.split('/').slice(0, 4).join('/');
    const name = `${place}/operations/${++this.#count}`;
    this.#all.set(name, progress);
    return { name, ...progress() };
  }

  get(name: string): Operation {
    const progress = this.#all.get(name);
    if (!progress) throw new Refusal(status.NOT_FOUND, `Operation '${name}' was not found.`);
    return { name, ...progress() };
  }
}
