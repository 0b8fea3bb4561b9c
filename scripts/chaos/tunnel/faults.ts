/** Does a fault to the stage and undoes it: settles when the hop is back, whatever the channels do then. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LineProxy } from '../../tests/line-proxy.ts';
import type { Fault, FaultName } from './plan.ts';
import type { Program } from './program.ts';
import type { Stage } from './stage.ts';

/** One way, of a line that is slow for a while, ms. */
const SLOW_MS = 100;

type Act = (stage: Stage, fault: Fault) => Promise<void>;

const ACTS: Record<FaultName, Act> = {
  'hub killed': ({ hub }, { ms }) => killed(hub, ms),
  'tunnel killed': ({ tunnel }, { ms }) => killed(tunnel, ms),
  'provider line cut': ({ providerLine }, { ms }) => cut(providerLine, ms),
  'consumer line cut': (stage, fault) => cut(stage.consumerLines[fault.consumer]!, fault.ms),
  'provider line half cut': async ({ providerLine }) => providerLine.halfCut(),
  'consumer line half cut': async (stage, fault) => stage.consumerLines[fault.consumer]!.halfCut(),
  'hub frozen': ({ hub }, { ms }) => frozen(hub, ms),
  'tunnel frozen': ({ tunnel }, { ms }) => frozen(tunnel, ms),
  'provider line stalled': ({ providerLine }, { ms }) => stalled(providerLine, ms),
  'consumer line stalled': (stage, fault) => stalled(stage.consumerLines[fault.consumer]!, fault.ms),
  'provider line slow': ({ providerLine }, { ms }) => slow(providerLine, ms),
  'consumer line slow': (stage, fault) => slow(stage.consumerLines[fault.consumer]!, fault.ms),
};

export function commit(stage: Stage, fault: Fault): Promise<void> {
  return ACTS[fault.name](stage, fault);
}

async function killed(program: Program, ms: number): Promise<void> {
  await program.kill();
  await sleep(ms);
  await program.start();
}

async function cut(line: LineProxy, ms: number): Promise<void> {
  if (ms === 0) return line.cut();
  line.refuse();
  line.cut();
  await sleep(ms);
  await line.allow();
}

async function frozen(program: Program, ms: number): Promise<void> {
  program.freeze();
  await sleep(ms);
  program.thaw();
}

async function stalled(line: LineProxy, ms: number): Promise<void> {
  line.stall();
  await sleep(ms);
  line.flow();
}

async function slow(line: LineProxy, ms: number): Promise<void> {
  line.delayMs = SLOW_MS;
  await sleep(ms);
  line.delayMs = 0;
}
