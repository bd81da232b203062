/** What the server says about itself: `GET /health`, `/v1/models`, `/v1/models/:id`, `/v1/languages`. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  routes,
  type Health,
  type LanguageList,
  type ModelInfo,
  type ModelList,
  type OpenAiModel,
} from '@sealscribe/protocol';
import { perMinute, PUBLIC_PER_MINUTE } from './rate-limit.js';
import type { Transcriber } from '../transcription/transcriber.js';

const toOpenAiModel = ({ id }: ModelInfo): OpenAiModel => ({
  id,
  object: 'model',
  created: 0,
  owned_by: 'sealscribe',
});

/** Registers these routes. */
export function registerFacts(
  app: FastifyInstance,
  deps: {
    transcriber: Transcriber;
    signedIn: (request: FastifyRequest) => Promise<void>;
    version: string;
    draining: () => boolean;
  },
): void {
  const { transcriber, signedIn, version, draining } = deps;
  const { models } = transcriber;

  app.get(routes.health.path, perMinute(PUBLIC_PER_MINUTE), async (): Promise<Health> => {
    return {
      status: draining() ? 'draining' : transcriber.reachable ? 'ok' : 'degraded',
      version,
      device: transcriber.device.device,
      deviceReason: transcriber.device.reason,
      models: models.map(({ id }) => id),
      decoder: transcriber.decoder,
    };
  });

  app.get(routes.models.path, { onRequest: signedIn }, async (): Promise<ModelList> => {
    return {
      object: 'list',
      data: models.map(toOpenAiModel),
      models: models.map((model) => ({
        ...model,
        description: `${model.description} Speakers are not told apart.`,
      })),
    };
  });

  app.get<{ Params: { id: string } }>(routes.model.path, { onRequest: signedIn }, async ({ params }) =>
    toOpenAiModel(transcriber.checkWishes({ model: params.id }).model),
  );

  const names = new Intl.DisplayNames(['en'], { type: 'language' });
  app.get(routes.languages.path, { onRequest: signedIn }, async (): Promise<LanguageList> => {
    const codes = [...new Set(models.flatMap((model) => model.languages))];
    return {
      languages: codes.map((code) => ({
        code,
        name: names.of(code) ?? code,
        models: models.filter((model) => model.languages.includes(code)).map(({ id }) => id),
      })),
    };
  });
}
