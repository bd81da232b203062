// @ts-check
// The bill of materials, in CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/): our packages, what they depend on, and what lies inside
// them, with the hashes of the registry. It has no time and no random number, so that the same source gives the same bytes.
import { components } from './components.mjs';

/** Package URL of an npm package (https://github.com/package-url/purl-spec). @param {string} id name@version */
function purl(id) {
  const at = id.lastIndexOf('@');
  return `pkg:npm/${id.slice(0, at).replace('@', '%40')}@${encodeURIComponent(id.slice(at + 1))}`;
}

/** @param {string} integrity "sha512-" and base64 */
function hash(integrity) {
  const [algorithm = '', value = ''] = integrity.split('-', 2);
  return { alg: algorithm.replace('sha', 'SHA-'), content: Buffer.from(value, 'base64').toString('hex') };
}

/** @param {string} licence An SPDX identifier or expression. */
const licences = (licence) =>
  /[ (]/.test(licence) ? [{ expression: licence }] : [{ license: { id: licence } }];

/** The document, as an object. */
export function sbom() {
  const { ours, others } = components();
  const version = ours[0]?.version ?? '0.0.0';
  const suite = `pkg:npm/sealscribe@${version}`;
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      lifecycles: [{ phase: 'build' }],
      component: {
        type: 'application',
        'bom-ref': suite,
        name: 'sealscribe',
        version,
        licenses: licences('MIT'),
      },
    },
    components: [
      ...ours.map((each) => ({
        type: 'library',
        'bom-ref': purl(`${each.name}@${each.version}`),
        name: each.name,
        version: each.version,
        licenses: licences('MIT'),
        purl: purl(`${each.name}@${each.version}`),
      })),
      ...[...others].map(([id, { name, version: itsVersion, integrity, licence, embedded }]) => ({
        type: 'library',
        'bom-ref': purl(id),
        name,
        version: itsVersion,
        hashes: [hash(integrity)],
        licenses: licences(licence),
        purl: purl(id),
        ...(embedded ? { properties: [{ name: 'sealscribe:embedded', value: 'true' }] } : {}),
      })),
    ],
    dependencies: [
      { ref: suite, dependsOn: ours.map((each) => purl(`${each.name}@${each.version}`)) },
      ...ours.map((each) => ({
        ref: purl(`${each.name}@${each.version}`),
        dependsOn: each.dependsOn.map(purl),
      })),
      ...[...others].map(([id, { dependsOn, embedded }]) => ({
        ref: purl(id),
        dependsOn: embedded ? [] : dependsOn.filter((each) => others.has(each)).map(purl),
      })),
    ],
  };
}
