/** Exports the public interface of the backplane for the rest of the hub. */
export {
  type Backplane,
  type BackplaneHandler,
  HUB_NAME,
  type HubCard,
  PRESENCE_MS,
  RENEW_MS,
  ROUTE_MS,
  type Route,
} from './backplane.ts';
export { LocalWorld } from './local.ts';
export type { BackplaneMeter } from './meter.ts';
export { createBackplaneMeter } from './metrics.ts';
export { openBackplane } from './open.ts';
export { parseRedisUrl } from './redis-address.ts';
