/** The layout that surrounds every page. */
export { Layout } from './layout.tsx';
