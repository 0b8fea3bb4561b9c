/** Who may control a desktop's browser. */
export { type Control, FREE_AFTER_MS, type Holder, Lease, type LeaseOptions } from './lease.ts';
