/**
 * The reference server as a library: settings in, a listening server out. Most people run `sealscribe-server` instead.
 *
 * @packageDocumentation
 */
export type { Config } from './config.js';
export { createLog, type Logger } from './log.js';
export { startServer, type Server } from './server.js';
