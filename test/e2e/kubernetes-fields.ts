/**
 * Holds Kubernetes documents against the schemas of Kubernetes and KEDA, as the kubernetes-models packages have them. Those pass over
 * fields that they do not know, as a cluster may; a misspelt field is found by what the schema never asked for.
 */
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { StatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import { Service } from 'kubernetes-models/v1/Service';

const KINDS = [
  ...[ConfigMap, Deployment, Namespace, NetworkPolicy, PersistentVolumeClaim],
  ...[PodDisruptionBudget, ScaledObject, Service, StatefulSet],
];

/** What is wrong with a document, a line each. */
export function wrongIn(document: { apiVersion: string; kind: string }): string[] {
  const is = ({ kind, apiVersion }: (typeof KINDS)[number]) =>
    kind === document.kind && String(apiVersion) === document.apiVersion;
  const schema = KINDS.find(is);
  if (schema === undefined) return [`${document.apiVersion} ${document.kind} is not known here`];
  const unread: (() => string[])[] = [];
  try {
    // Without the constructor, which would copy the document.
    schema.prototype.validate.call(watch(document, document.kind, unread));
  } catch (error) {
    return [(error as Error).message];
  }
  return unread.flatMap((look) => look());
}

/** No plain object, so that the validator takes it as it is. */
class Watched {}

/** A stand-in for a value that notes which of its fields are asked for; `unread` takes what tells the others. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a document of any kind
function watch(value: unknown, path: string, unread: (() => string[])[]): any {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value))
    return value.map((element, i) => watch(element, `${path}.${i}`, unread) as unknown);
  const read = new Set<PropertyKey>();
  const keys = Object.keys(value);
  const target = new Watched();
  for (const [key, field] of Object.entries(value))
    Object.assign(target, { [key]: watch(field, `${path}.${key}`, unread) as unknown });
  unread.push(() => keys.filter((key) => !read.has(key)).map((key) => `${path}.${key} is no field`));
  return new Proxy(target, {
    get(from, key) {
      read.add(key);
      return Reflect.get(from, key) as unknown;
    },
    // A map, such as labels: its fields may have any names.
    ownKeys(from) {
      for (const key of keys) read.add(key);
      return Reflect.ownKeys(from);
    },
  });
}
