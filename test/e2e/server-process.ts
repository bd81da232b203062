/**
 * A real server for an end-to-end test: the built one, as a child process, on a free loopback port.
 * The demo and the benchmark start theirs the same way.
 */
export { startServer, type RunningServer } from '../../scripts/start-server.mjs';
