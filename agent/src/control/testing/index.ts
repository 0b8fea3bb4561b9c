/** Test support for the fleet. */
export { closeFleets, newFolder, order, startFleet } from './fleet-setup.ts';
