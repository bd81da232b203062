// Receives webhooks: Express takes a delivery, the SDK says whether it is genuine and opens the transcript that was sealed to this program.
//
//   node receiver.mjs keys                                              a key pair, once
//   WEBHOOK_SECRET=… WEBHOOK_PRIVATE_KEY=… TLS_KEY=key.pem TLS_CERT=cert.pem node receiver.mjs
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import express from 'express';
import {
  IntegrityError,
  WebhookError,
  newWebhookKeys,
  openWebhook,
  verifyWebhook,
} from '@sealscribe/sdk-node';

if (process.argv[2] === 'keys') {
  console.log(JSON.stringify(await newWebhookKeys()));
  process.exit();
}

const {
  WEBHOOK_SECRET = '',
  WEBHOOK_PRIVATE_KEY = '',
  TLS_KEY = '',
  TLS_CERT = '',
  PORT = '8444',
} = process.env;
/** Deliveries come again until they are answered: what was seen is not done twice. A program that restarts keeps them elsewhere. */
const seen = new Set();

const app = express();
// The signature is over the bytes as they came: they must not be parsed before.
app.post('/webhook', express.raw({ type: 'application/json', limit: '16mb' }), async (request, response) => {
  try {
    const delivery = await verifyWebhook({
      secret: WEBHOOK_SECRET,
      headers: request.headers,
      body: request.body,
    });
    if (!seen.has(delivery.id)) {
      const opened = await openWebhook(delivery, WEBHOOK_PRIVATE_KEY);
      seen.add(delivery.id);
      const { type, data } = delivery.event;
      // Here it would be worked with. Logs are no place for a transcript.
      console.log(JSON.stringify({ type, job: data.id, words: opened?.transcript.text.split(' ').length }));
    }
    response.sendStatus(204);
  } catch (error) {
    if (!(error instanceof WebhookError || error instanceof IntegrityError)) throw error;
    console.error(`refused: ${error.code}`);
    response.sendStatus(400);
  }
});

const server = createServer({ key: readFileSync(TLS_KEY), cert: readFileSync(TLS_CERT) }, app);
server.listen(Number(PORT), () => console.log(JSON.stringify({ port: server.address().port })));
