/** What a process needs to dial a hub, without the hub: the ends of a bench stay as small as a real client. */
export { type DialLegOptions, dialLeg } from '../sockets/testing/dial-leg.ts';
export { HELLO } from './hello.ts';
