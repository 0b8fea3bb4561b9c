/** All transports (carriers) that the benchmark can compare. The keys are the names that appear in results. */
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
  /** The transports that were started successfully, with UniCore first. */
  readonly started: ReadonlyMap<CarrierName, Carrier>;
  /** For each transport that could not be started: the error message. */
  readonly missing: ReadonlyMap<CarrierName, string>;
  stop(): Promise<void>;
}

/**
 * Starts the transports one after the other. If UniCore fails to start, the promise rejects. If another
 * transport fails to start, `missing` gets its error message.
 */
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
