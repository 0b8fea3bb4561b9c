/** All carriers that the bench can compare, by the name that results use. */
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
  /** Carriers that could be started, UniCore first. */
  readonly started: ReadonlyMap<CarrierName, Carrier>;
  /** Why other carriers could not be started. */
  readonly missing: ReadonlyMap<CarrierName, string>;
  stop(): Promise<void>;
}

/** Starts carriers one after the other. A reference that fails is noted as missing; UniCore itself must start. */
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
