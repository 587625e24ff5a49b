export { loadProviders } from './load-providers.js';
export { type FileReading, parseProviderFile } from './parse-file.js';
