export * from './event-codec.js';
export * from './group-appender.js';
export * from './partitioning.js';
export * from './polled-source.js';
export * from './postgres-event-log.js';
