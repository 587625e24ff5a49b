export * from './child-request.js';
export * from './request-parts.js';
export * from './texts.js';
export * from './views.js';
