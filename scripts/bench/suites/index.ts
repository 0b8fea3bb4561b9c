/** All suites of the benchmark, by name. */
import type { Options } from '../lib/options.ts';
import type { Result } from '../lib/result.ts';
import { deflate } from './deflate.ts';
import { feel } from './feel.ts';
import { hubs } from './hubs.ts';
import { latency } from './latency.ts';
import { memory } from './memory.ts';
import { relay } from './relay.ts';
import { resume } from './resume.ts';
import { scale } from './scale.ts';
import { vnc } from './vnc.ts';

export type Suite = (options: Options) => Promise<Result[]>;

export const SUITES: Readonly<Record<string, Suite>> = {
  relay,
  latency,
  deflate,
  memory,
  resume,
  hubs,
  feel,
  scale,
  vnc,
};
