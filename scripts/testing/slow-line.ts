/**
 * Provides a line of 1 Mbit/s with a round trip of 80 ms between the hub and one side. Measures latencies on
 * this line.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RuntimeKind } from '@unicore/agent';
import type { UniCore } from '@unicore/client/sdk';
import { LineProxy } from '@unicore/server/testing';
import { View } from './view.ts';
import { runningVm } from './vms.ts';
import { startWorld, type World } from './world.ts';

const BYTES_PER_SECOND = 125_000;
const ONE_WAY_MS = 40;
/** Time after which a flood has filled all buffers, in ms. */
const FLOOD_MS = 3_000;
/** Pause between two typed keys, in ms. */
const KEY_PAUSE_MS = 60;

/**
 * Maximum time from ^C to the prompt for each program, in ms. `npm run bench -- feel` checks these limits.
 */
export const PROMPT_MS = { yes: 400, 'base64 /dev/urandom': 600 };
/**
 * Limits while another channel floods the line: the maximum p95 of a key's echo time in ms, and the minimum
 * share of the line that the flood must get.
 */
export const ECHO_P95_MS = 250;
export const FLOOD_SHARE = 0.8;
/**
 * Factor by which tests extend time limits, because the machine may be busy. Kernels and proxies also buffer
 * megabytes, and sending these takes many seconds on the line.
 */
export const BUSY = 5;

export type Side = 'consumer' | 'provider';

export class SlowLine {
  readonly world: World;
  readonly unicore: UniCore;
  readonly vmId: string;
  readonly #line: LineProxy;
  /** Origin at which consumers reach the hub. */
  readonly #origin: string;

  private constructor(world: World, line: LineProxy, unicore: UniCore, vmId: string, origin: string) {
    this.world = world;
    this.#line = line;
    this.unicore = unicore;
    this.vmId = vmId;
    this.#origin = origin;
  }

  static async open(side: Side, runtime: RuntimeKind = 'process'): Promise<SlowLine> {
    const line = await LineProxy.open();
    const world = await startWorld({ runtime, ...(side === 'provider' && { agentVia: line }) });
    line.target = world.port;
    const origin = side === 'consumer' ? line.origin : world.url;
    const unicore = await world.user('ada', origin);
    const vmId = await runningVm(unicore);
    line.delayMs = ONE_WAY_MS;
    line.bytesPerSecond = BYTES_PER_SECOND;
    return new SlowLine(world, line, unicore, vmId, origin);
  }

  async close(): Promise<void> {
    await this.world.close();
    this.#line.close();
  }

  /** Opens a new terminal through the SDK. Resolves when the terminal shows a prompt. */
  async terminal(terminalId: string): Promise<View> {
    return this.#prompted(View.remote(this.unicore.openTerminal(this.vmId, { terminalId })));
  }

  /** Opens a new terminal over a raw WebSocket. Resolves when the terminal shows a prompt. */
  async rawTerminal(terminalId: string): Promise<View> {
    const { url } = await this.unicore.api.vm.connect.mutate({ vmId: this.vmId, terminalId });
    const { pathname, search } = new URL(url);
    return this.#prompted(
      View.raw(new WebSocket(`${this.#origin.replace('http', 'ws')}${pathname}${search}`)),
    );
  }

  async #prompted(view: View): Promise<View> {
    await view.until(/[$#] ?$/m);
    view.type(" PS1='$ '; clear; echo re''ady\r");
    await view.until(/^ready\n\$/m);
    return view;
  }

  /** Starts a flooding command and types ^C. Resolves with the time from ^C to the prompt, in ms. */
  async interrupt(view: View, command: string): Promise<number> {
    view.type(`${command}\r`);
    await sleep(FLOOD_MS);
    const began = performance.now();
    view.type('\x03');
    await view.until(({ text }) => /\n\$ *$/.test(text.trimEnd()));
    return performance.now() - began;
  }

  /**
   * Types while the command floods another terminal. Resolves with all echo times in ms, and with the flood's
   * rate in bytes per second.
   */
  async typeUnderFlood(command: string, keys: number): Promise<{ echoes: number[]; rate: number }> {
    const typist = await this.terminal('typist');
    typist.type('clear; stty raw -echo; cat\r');
    await typist.until(/^\s*$/);
    let flooded = 0;
    const flood = this.unicore.openTerminal(this.vmId, { terminalId: 'flood' });
    flood.onmessage = ({ data }) => {
      flooded += (data as ArrayBuffer).byteLength;
    };
    flood.send(`${command}\r`);
    await sleep(FLOOD_MS);
    const [before, began] = [flooded, performance.now()];
    const echoes: number[] = [];
    for (let key = 0; key < keys; key++) {
      const seen = typist.received;
      const typed = performance.now();
      typist.type('x');
      await typist.until(({ received }) => received > seen);
      echoes.push(performance.now() - typed);
      await sleep(KEY_PAUSE_MS);
    }
    const rate = ((flooded - before) / (performance.now() - began)) * 1000;
    flood.close();
    typist.close();
    return { echoes, rate };
  }
}

/** Returns this rate as a share of the line's capacity. */
export function shareOfLine(rate: number): number {
  return rate / BYTES_PER_SECOND;
}
