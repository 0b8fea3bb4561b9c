/**
 * Decides which addresses a desktop may reach: public ones, and those that the configuration names. Loopback,
 * link-local, private and metadata addresses would lead into the machine or the network of the desktop's owner.
 */
import { BlockList, isIP } from 'node:net';
import { UniCoreError } from '@unicore/protocol';

/** Ranges of IPv4 that are not public: IANA's special-purpose registry, multicast and the reserved rest. */
const NOT_PUBLIC_4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  // Looks public, but leads from each of Azure's machines to the one below it, with its settings and secrets.
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];
/** The only range of IPv6 from which public addresses were given out. */
const PUBLIC_6 = ['2000::/3'];
/** Parts of that range that are not public. 2002::/16 (6to4) and Teredo contain IPv4 addresses. */
const NOT_PUBLIC_6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const notPublic = blockList([...NOT_PUBLIC_4, ...NOT_PUBLIC_6]);
const public6 = blockList(PUBLIC_6);

/** Returns true for addresses that a desktop may reach. */
export type Reach = (address: string) => boolean;

/**
 * Returns the rule of a desktop.
 *
 * @param extra Further ranges that may be reached, such as "10.1.0.0/16" or "172.17.0.1".
 */
export function reachOf(extra: readonly string[]): Reach {
  const named = blockList(extra);
  return (address) => {
    const family = isIP(address);
    if (family === 0) return false;
    const type = family === 4 ? 'ipv4' : 'ipv6';
    if (named.check(address, type)) return true;
    return !notPublic.check(address, type) && (family === 4 || public6.check(address, type));
  };
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', bits] = range.split('/');
    const family = isIP(network);
    const length = Number(bits ?? (family === 4 ? 32 : 128));
    if (family === 0 || !Number.isInteger(length) || length < 0 || length > (family === 4 ? 32 : 128)) {
      throw new UniCoreError('BAD_REQUEST', `"${range}" is no range of addresses. Write it as 10.1.0.0/16.`);
    }
    list.addSubnet(network, length, family === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}
