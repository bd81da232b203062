/**
 * The headers of answers that are written before there is a route, so before @fastify/helmet, which writes the same on all others.
 * Nothing that this server answers is a page, but for the web app, which has a policy of its own (routes/web.ts).
 */
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/** For what is answered without Fastify's hooks. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'SAMEORIGIN',
  'referrer-policy': 'no-referrer',
};

/** Has them on every answer of a route, and of those that no route takes. */
export async function sendSecurityHeaders(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
  });
}
