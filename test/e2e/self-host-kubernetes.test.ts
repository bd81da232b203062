/**
 * The Kubernetes files of examples/self-host: valid against the schemas, consistent with each other, with the image and with the server,
 * whose metrics and settings they name.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { routes } from '@sealscribe/protocol';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { configOf, parseDockerfile } from '../../scripts/image/dockerfile.mjs';
import { has } from '../../scripts/setup.mjs';
import { wrongIn } from './kubernetes-fields.js';
import { startServer } from './server-process.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = join(root, 'examples/self-host');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const image = configOf(parseDockerfile(read('Dockerfile')), 'cpu');
const { version } = JSON.parse(
  readFileSync(join(root, 'packages/server-reference/package.json'), 'utf8'),
) as {
  version: string;
};
const settings = execFileSync(
  process.execPath,
  [join(root, 'packages/server-reference/dist/main.js'), '--help'],
  { encoding: 'utf8' },
).match(/SEALSCRIBE_\w+/g);

/* eslint-disable @typescript-eslint/no-explicit-any -- documents of other programs */
const documentsOf = (name: string): any[] => parseAllDocuments(read(name)).map((document) => document.toJS());
const FILES = ['kubernetes.yaml', 'kubernetes-several.yaml'];

test.each(FILES)('%s is valid, without a field that Kubernetes does not know', (name) => {
  const documents = documentsOf(name);
  expect(documents.length).toBeGreaterThan(4);
  expect(documents.flatMap(wrongIn)).toEqual([]);
  for (const { kind, metadata } of documents)
    expect(kind === 'Namespace' ? metadata.name : metadata.namespace).toBe('sealscribe');
});

test('a misspelt field, a wrong type and a missing one are found', () => {
  const [workload] = documentsOf('kubernetes.yaml').filter(({ kind }) => kind === 'Deployment');
  const [container] = workload.spec.template.spec.containers;
  container.securityContext.readOnlyRootFileSystem = true;
  expect(wrongIn(workload)).toEqual([
    'Deployment.spec.template.spec.containers.0.securityContext.readOnlyRootFileSystem is no field',
  ]);
  delete container.securityContext.readOnlyRootFileSystem;
  workload.spec.replicas = 'one';
  expect(wrongIn(workload).join()).toContain('/spec/replicas');
  delete workload.spec.selector;
  expect(wrongIn(workload).join()).toContain('selector');
});

test.each(FILES)('%s: every pod is closed, every server is the image with settings that it has', (name) => {
  const documents = documentsOf(name);
  const workloads = documents.filter(({ spec }) => spec?.template !== undefined);
  for (const { spec } of workloads) {
    const pod = spec.template.spec;
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(pod.automountServiceAccountToken).toBe(false);
    for (const container of pod.containers) {
      expect(container.securityContext).toEqual({
        ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
        capabilities: { drop: ['ALL'] },
      });
      expect(container.resources.limits.memory).toBeDefined();
      const mounted = container.volumeMounts.map((mount: any) => mount.name);
      expect(mounted).toEqual(pod.volumes.map((volume: any) => volume.name));
      const ports = container.ports.map((port: any) => port.name);
      for (const probe of ['startupProbe', 'readinessProbe', 'livenessProbe'])
        if (container[probe] !== undefined)
          expect(ports).toContain((container[probe].httpGet ?? container[probe].tcpSocket).port);
    }
    expect(spec.template.metadata.labels).toEqual(spec.selector.matchLabels);
    for (const spread of pod.topologySpreadConstraints ?? [])
      expect(spread.labelSelector).toEqual(spec.selector);
    // What nothing else of the file names would be a pod without a policy.
    const policies = documents.filter(({ kind }) => kind === 'NetworkPolicy');
    expect(policies.map((policy) => policy.spec.podSelector)).toContainEqual(spec.selector);
  }
  const [server] = workloads.filter(({ metadata }) => metadata.name === 'sealscribe');
  const pod = server.spec.template.spec;
  const [container] = pod.containers;
  expect(`${pod.securityContext.runAsUser}:${pod.securityContext.runAsGroup}`).toBe(image.user);
  expect(container.image).toBe(`sealscribe:${version}`);
  expect(container.ports[0]).toEqual({ name: 'https', containerPort: Number(image.port) });
  expect(container.readinessProbe.httpGet.path).toBe(routes.health.path);
  for (const volume of image.volumes)
    expect(container.volumeMounts.map((mount: any) => mount.mountPath)).toContain(volume);
  for (const { name: setting } of container.env) expect(settings).toContain(setting);
});

describe('several servers', () => {
  const documents = documentsOf('kubernetes-several.yaml');
  const of = (kind: string, name = 'sealscribe') =>
    documents.find((document) => document.kind === kind && document.metadata.name === name);
  const set = of('StatefulSet').spec;
  const [container] = set.template.spec.containers;
  const env = (name: string) =>
    container.env.find((entry: any) => entry.name === `SEALSCRIBE_SERVER_${name}`)?.value;

  test('they are found by their names, counted by the scaler, and finish what they run', () => {
    const scaler = of('ScaledObject').spec;
    expect(scaler.scaleTargetRef).toEqual({ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'sealscribe' });
    expect(set.replicas).toBeUndefined();
    const names = of('Service', set.serviceName);
    expect(names.spec).toMatchObject({ clusterIP: 'None', selector: set.selector.matchLabels });
    const hosts = Array.from(
      { length: scaler.maxReplicaCount },
      (_, i) => `sealscribe-${i}.${set.serviceName}.sealscribe.svc.cluster.local:8443`,
    );
    const config: string = of('ConfigMap', 'sealscribe-proxy').data['haproxy.cfg'];
    expect([...config.matchAll(/^ +server \S+ (\S+)$/gm)].map(([, host]) => host)).toEqual(hosts);
    expect(set.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(Number(env('DRAIN')));
    for (const name of ['sealscribe', 'sealscribe-proxy'])
      expect(of('PodDisruptionBudget', name).spec.selector.matchLabels).toEqual({ app: name });
  });

  test('the way of a request is open from client to proxy to server, and no other', () => {
    expect(of('Service').spec.selector).toEqual(
      of('Deployment', 'sealscribe-proxy').spec.selector.matchLabels,
    );
    const [clients, numbers] = of('NetworkPolicy').spec.ingress;
    expect(clients).toEqual({
      from: [{ podSelector: { matchLabels: { app: 'sealscribe-proxy' } } }],
      ports: [{ protocol: 'TCP', port: 8443 }],
    });
    expect(numbers.ports).toEqual([{ protocol: 'TCP', port: Number(env('METRICS')) }]);
    expect(set.template.metadata.annotations['prometheus.io/port']).toBe(env('METRICS'));
    const [, servers] = of('NetworkPolicy', 'sealscribe-proxy').spec.egress;
    expect(servers.to).toEqual([{ podSelector: { matchLabels: set.selector.matchLabels } }]);
  });

  test('the scaler asks for numbers that a server gives', async () => {
    const query: string = of('ScaledObject').spec.triggers[0].metadata.query;
    const server = await startServer({ args: ['--metrics', '0'] });
    try {
      const { metrics } = server.ready as unknown as { metrics: string };
      const names = new Set((await (await fetch(metrics)).text()).match(/^sealscribe_\w+/gm));
      const asked = query.match(/sealscribe_\w+/g) ?? [];
      expect(asked.length).toBeGreaterThan(0);
      for (const name of asked) expect([...names]).toContain(name);
    } finally {
      await server.stop();
    }
  });

  test('the proxies have the configuration of haproxy.cfg, but for where they listen and whom they ask', () => {
    const config: string = of('ConfigMap', 'sealscribe-proxy').data['haproxy.cfg'];
    const plain = (text: string) =>
      text
        .replace(/^#.*\n/gm, '')
        .replace(/\nresolvers cluster\n( .*\n)+/, '')
        .replace(/\n# Servers come and go.*/, '')
        .replace(' resolvers cluster init-addr none', '')
        .replace(/^ +server \S+ \S+\n/gm, '')
        .replace(/bind :\d+/, 'bind')
        .replace(/\n+/g, '\n');
    expect(plain(config)).toBe(plain(read('haproxy.cfg')));
  });

  test.skipIf(!has('haproxy') || !has('openssl'))(
    'HAProxy takes it, with certificate and key as the secrets lay them',
    () => {
      const place = mkdtempSync(join(tmpdir(), 'sealscribe-haproxy-'));
      const made = [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-subj',
        '/CN=localhost',
      ];
      const files = ['-keyout', join(place, 'proxy.pem.key'), '-out', join(place, 'proxy.pem')];
      expect(spawnSync('openssl', [...made, ...files]).status).toBe(0);
      writeFileSync(join(place, 'server.pem'), readFileSync(join(place, 'proxy.pem')));
      const config: string = of('ConfigMap', 'sealscribe-proxy').data['haproxy.cfg'];
      const file = join(place, 'haproxy.cfg');
      writeFileSync(file, config.replaceAll('/etc/sealscribe', place));
      expect(spawnSync('haproxy', ['-c', '-f', file], { encoding: 'utf8' })).toMatchObject({
        status: 0,
        stderr: '',
      });
      rmSync(place, { recursive: true });
    },
  );
});
