/** The screen of a terminal. It parses the output and draws snapshots. */
export { RoundRobin } from './round-robin.ts';
export { type Drawing, Screen, type SizeChange } from './screen.ts';
