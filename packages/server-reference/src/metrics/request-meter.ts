/**
 * Requests in numbers: how many, of which route, answered how, in what time. A label is a route's pattern, a method or a status, each
 * from a list that is closed before the first request comes: nothing that a client chose becomes one.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Counter, Histogram, type Registry } from 'prom-client';
import { routes } from '@sealscribe/protocol';

const paths = new Set<string>(Object.values(routes).map(({ path }) => path));
const methods = new Set<string>(Object.values(routes).map(({ method }) => method));
/** Seconds: from an answer out of memory to an hour of audio. */
const BUCKETS = [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300, 1800];

/** Counts requests. */
export class RequestMeter {
  readonly #requests: Counter<'method' | 'route' | 'status'>;
  readonly #seconds: Histogram<'route'>;

  constructor(registry: Registry) {
    this.#requests = new Counter({
      name: 'sealscribe_requests_total',
      help: 'Requests that were answered, or whose client went away (status "gone").',
      labelNames: ['method', 'route', 'status'],
      registers: [registry],
    });
    this.#seconds = new Histogram({
      name: 'sealscribe_request_seconds',
      help: 'Time from a request to the end of its answer.',
      labelNames: ['route'],
      buckets: BUCKETS,
      registers: [registry],
    });
  }

  /** Counts all requests of an app. */
  watch(app: FastifyInstance): void {
    app.addHook('onResponse', async (request, reply) => {
      this.#count(request, String(reply.statusCode));
      this.#seconds.observe({ route: routeOf(request) }, reply.elapsedTime / 1000);
    });
    app.addHook('onRequestAbort', async (request) => this.#count(request, 'gone'));
  }

  /** Counts what was refused before it was a request. */
  refused(status: number): void {
    this.#requests.inc({ method: 'other', route: 'unknown', status: String(status) });
  }

  #count(request: FastifyRequest, status: string): void {
    const method = methods.has(request.method) ? request.method : 'other';
    this.#requests.inc({ method, route: routeOf(request), status });
  }
}

/** The pattern of a route of the protocol; "web" for files of the web app, "unknown" for what has no route. */
function routeOf({ routeOptions: { url } }: FastifyRequest): string {
  if (url === undefined) return 'unknown';
  return paths.has(url) ? url : 'web';
}
