export * from './body/parsed-body.js';
export * from './price-list.js';
export * from './provider.js';
