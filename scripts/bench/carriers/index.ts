/** All carriers, by their names in the results. */
import { overBareRelay } from './bare.ts';
import type { Carrier, CarrierOptions, StartCarrier } from './carrier.ts';
import { startProduct } from './product/index.ts';
import { startSsh } from './ssh/index.ts';
import { overTwoHubs, startUnicore } from './unicore/index.ts';

export type { Carrier } from './carrier.ts';

const STARTERS = {
  unicore: startUnicore,
  'hubs by Redis': overTwoHubs('redis'),
  'hubs by sockets': overTwoHubs('direct'),
  'whole product': startProduct,
  'bare ws': overBareRelay('ws'),
  'OpenSSH -R': startSsh,
  yamux: overBareRelay('yamux'),
} as const satisfies Record<string, StartCarrier>;

export type CarrierName = keyof typeof STARTERS;

export interface Carriers {
  /** The carriers that could be started, ours first. */
  readonly started: ReadonlyMap<CarrierName, Carrier>;
  /** Why others could not. */
  readonly missing: ReadonlyMap<CarrierName, string>;
  stop(): Promise<void>;
}

/** Starts these carriers one after the other. Throws if ours can't start; a reference may be missing. */
export async function startCarriers(
  names: readonly CarrierName[],
  options: CarrierOptions,
): Promise<Carriers> {
  const started = new Map<CarrierName, Carrier>();
  const missing = new Map<CarrierName, string>();
  const stop = async () => {
    for (const carrier of started.values()) await carrier.stop();
  };
  for (const name of names) {
    try {
      started.set(name, await STARTERS[name](options));
    } catch (error) {
      if (name === 'unicore' || name === 'whole product') throw error;
      missing.set(name, (error as Error).message);
    }
  }
  return { started, missing, stop };
}
