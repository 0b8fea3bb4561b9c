/** The files that people exchange with a desktop, and the channels of kind blob that move them. */
export { Download } from './download.ts';
export { SharedFiles, type SharedFilesOptions } from './shared-files.ts';
export { Upload } from './upload.ts';
