/** The public interface of the relay for the rest of the hub. */
export {
  type Authoriser,
  type DesktopGrant,
  type DesktopPass,
  type Elsewhere,
  type Grant,
  type Identity,
  NOWHERE_ELSE,
  type RelayDeps,
} from './deps.ts';
export type { ChannelPath, RelayMeter } from './meter.ts';
export { parse } from './parse.ts';
export { Relay } from './relay.ts';
