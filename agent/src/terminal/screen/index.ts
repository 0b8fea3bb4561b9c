/** The screen of a terminal. The screen parses the terminal's output and draws snapshots. */
export { RoundRobin } from './round-robin.ts';
export { type Drawing, Screen, type SizeChange } from './screen.ts';
