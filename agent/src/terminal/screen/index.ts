/** The screen of a terminal, which follows its output. */
export { RoundRobin } from './round-robin.ts';
export { type Drawing, Screen, type SizeChange } from './screen.ts';
