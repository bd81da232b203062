import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { TritonLine } from '../../src/triton/line.js';

const post = () => ({ jsonBytes: 2, parts: [Buffer.from('{}'), Buffer.from('audio')] });

describe('the line to Triton', () => {
  const servers: Server[] = [];
  const lines: TritonLine[] = [];
  async function listen(server: Server): Promise<number> {
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    return (server.address() as AddressInfo).port;
  }
  function lineTo(address: string, ca?: string): TritonLine {
    const line = new TritonLine({ address, ca, timeout: 1 });
    lines.push(line);
    return line;
  }
  const serve = async (handle: RequestListener) =>
    lineTo(`http://127.0.0.1:${await listen(createServer(handle))}`);
  afterEach(async () => {
    for (const line of lines.splice(0)) line.close();
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('sends the parts as one body and takes the answer whole', async () => {
    const seen: unknown[] = [];
    const line = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { 'inference-header-content-length': json, 'content-length': length } = request.headers;
        seen.push(request.url, request.method, json, length, Buffer.concat(chunks).toString());
        response.setHeader('Inference-Header-Content-Length', '3');
        response.end('answer');
      });
    });
    const { status, jsonBytes, body } = await line.post('/v2/x', post());
    expect({ status, jsonBytes, body: Buffer.from(body).toString() }).toEqual({
      ...{ status: 200, jsonBytes: 3, body: 'answer' },
    });
    expect(seen).toEqual(['/v2/x', 'POST', '2', '7', '{}audio']);
  });

  it('follows no redirect', async () => {
    let asked = 0;
    const elsewhere = await listen(
      createServer((_, response) => {
        asked++;
        response.end();
      }),
    );
    const line = await serve((_, response) => {
      response.writeHead(307, { location: `http://127.0.0.1:${elsewhere}/` }).end();
    });
    expect((await line.post('/', post())).status).toBe(307);
    expect(asked).toBe(0);
  });

  it('takes no more than an answer can be, announced or not', async () => {
    const announced = await serve((_, response) => {
      response.writeHead(200, { 'content-length': String(2 ** 40) });
      response.write('x');
    });
    await expect(announced.get('/')).rejects.toMatchObject({ code: 'bad_answer' });
    const endless = await serve((_, response) => {
      const more = Buffer.alloc(1024 ** 2);
      const write = () => {
        while (!response.destroyed && response.write(more));
        response.once('drain', write);
      };
      write();
    });
    await expect(endless.get('/')).rejects.toMatchObject({
      code: expect.stringMatching(/bad_answer|unavailable/) as string,
    });
  });

  it('waits no longer than it is told to', async () => {
    const silent = await serve(() => undefined);
    await expect(silent.get('/')).rejects.toMatchObject({ code: 'unavailable' });
    const slow = await serve((_, response) => void response.writeHead(200).write('begun'));
    await expect(slow.get('/')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('says so when nobody is there, or the answer breaks off', async () => {
    const port = await listen(createServer());
    servers.pop()?.close();
    await expect(lineTo(`http://127.0.0.1:${port}`).get('/')).rejects.toMatchObject({ code: 'unavailable' });
    const breaking = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('half', () => response.destroy());
    });
    await expect(breaking.get('/')).rejects.toMatchObject({ code: 'unavailable' });
  });

  describe('over TLS', () => {
    let folder: string;
    let identity: { key: string; cert: string };
    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'sealscribe-line-'));
      const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
        extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
      });
      identity = { key, cert };
      writeFileSync(join(folder, 'ca.pem'), cert);
    });
    afterAll(() => rmSync(folder, { recursive: true }));
    const secure = async (options: ServerOptions = {}, host = 'localhost', ca = true) => {
      const server = createSecureServer({ ...identity, ...options }, (_, response) => response.end('answer'));
      const address = `https://${host}:${await listen(server)}`;
      return lineTo(address, ca ? join(folder, 'ca.pem') : undefined);
    };

    it('talks to whom the authority vouches for, and to nobody else', async () => {
      expect((await (await secure()).get('/')).status).toBe(200);
      for (const line of [await secure({}, 'localhost', false), await secure({}, '127.0.0.1')])
        await expect(line.post('/', post())).rejects.toMatchObject({ code: 'unavailable' });
    });

    it('talks no older TLS than 1.3', async () => {
      await expect((await secure({ maxVersion: 'TLSv1.2' })).get('/')).rejects.toMatchObject({
        code: 'unavailable',
      });
    });
  });
});
