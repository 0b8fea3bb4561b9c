/** Default names of VMs. */
import { randomInt } from 'node:crypto';

const KINDS =
  'amber bold brave bright calm clear clever coral crisp eager fair gentle glad golden green keen kind lively lucky mellow neat noble proud quick quiet rapid ready silver smooth solid spry steady sunny swift tidy vivid warm wise witty young'.split(
    ' ',
  );
const THINGS =
  'anchor atlas badger beacon birch brook cedar cloud comet condor crane delta ember falcon fern finch fjord forest harbor heron island ivy lagoon lantern lark maple meadow nebula orchid otter pebble pine quartz raven reef river sparrow summit tiger willow'.split(
    ' ',
  );

/**
 * Returns a random name, such as calm-otter. Names need not be unique, because VMs are identified by their
 * ids.
 */
export function newName(): string {
  return `${KINDS[randomInt(KINDS.length)]}-${THINGS[randomInt(THINGS.length)]}`;
}
