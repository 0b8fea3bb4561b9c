export { closeFleets, newFolder, order, startFleet } from './fleet-setup.ts';
