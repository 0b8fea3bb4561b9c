/** Metrics of the connections (legs) to other hubs. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { HubMeter } from '../hubs/index.ts';

export function createHubMeter(registry: Registry): HubMeter {
  const registers = [registry];
  const legs = new Gauge({
    name: 'unicore_hub_legs',
    help: 'Legs to other hubs that are up, by way and by which hub dialled',
    labelNames: ['way', 'end'],
    registers,
  });
  for (const way of ['mail', 'direct']) for (const end of ['dialled', 'accepted']) legs.set({ way, end }, 0);
  const lost = new Counter({
    name: 'unicore_hub_legs_lost_total',
    help: 'Legs that this hub had dialled to others and that ended, by why',
    labelNames: ['way', 'code'],
    registers,
  });
  const unreached = new Counter({
    name: 'unicore_hub_unreached_total',
    help: 'Tries to reach another hub that failed, by why',
    labelNames: ['way', 'code'],
    registers,
  });
  const strayMail = new Counter({
    name: 'unicore_hub_mail_stray_total',
    help: 'Mail of other hubs that was of no known leg, or could not be read',
    registers,
  });
  const stalls = new Counter({
    name: 'unicore_hub_mail_stalls_total',
    help: 'How often mail waited for another hub to have room',
    registers,
  });
  const stalled = new Counter({
    name: 'unicore_hub_mail_stalled_seconds_total',
    help: 'How long mail waited for other hubs to have room, over all legs',
    registers,
  });
  return {
    legs: (way, end, change) => legs.inc({ way, end }, change),
    lost: (way, code) => lost.inc({ way, code }),
    unreached: (way, code) => unreached.inc({ way, code }),
    strayMail: () => strayMail.inc(),
    stalled(ms) {
      stalls.inc();
      stalled.inc(ms / 1000);
    },
  };
}
