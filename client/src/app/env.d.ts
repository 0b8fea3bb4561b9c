/** Types for imports that only Vite understands, such as CSS files. */

declare module '*.css';
