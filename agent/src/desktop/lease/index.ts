/** Decides who has the controls of a desktop: a person or a program. */
export { type Control, FREE_AFTER_MS, type Holder, Lease, type LeaseOptions } from './lease.ts';
