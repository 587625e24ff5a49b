export * from './agent-view-question.js';
export * from './serve-stdio.js';
export * from './streamable-http.js';
