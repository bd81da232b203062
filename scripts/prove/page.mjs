// @ts-check
// The table of `npm run prove` as one HTML file without scripts, fonts or anything else from elsewhere.
import { arch, cpus, platform, release } from 'node:os';

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1c2430; background: #fff }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .5rem .6rem; border-bottom: 1px solid #d8dee8 }
code { font-size: .9em } .holds { color: #136c36 } .broken { color: #a3131b; font-weight: 600 } .small { color: #556 }
@media (prefers-color-scheme: dark) { body { color: #e6e9ef; background: #14181f } th, td { border-color: #343c49 } .holds { color: #6ed296 } .broken { color: #ff8d8d } .small { color: #a9b1bf } }`;

/** @param {unknown} text */
const escape = (text) => String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/**
 * @param {import('../../test/prove/claim.ts').Proof[]} proofs
 * @param {{ok: boolean, claims: number, failed: number, controlsFired: number, controls: number}} result
 * @param {number} seconds
 */
export function toPage(proofs, result, seconds) {
  const rows = proofs.map((proof) => {
    const { claim, says, tried, found, control, holds, fired, skipped } = proof;
    const verdict = skipped
      ? 'not tried'
      : holds && fired
        ? 'holds'
        : holds
          ? 'control did not fire'
          : 'broken';
    return `<tr>
<td><strong>${escape(says)}</strong><br><code class="small">${escape(claim)}</code></td>
<td>${escape(skipped ?? tried)}</td>
<td>${found.length}${found
      .slice(0, 5)
      .map((each) => `<br>${escape(each)}`)
      .join('')}</td>
<td>${fired ? 'fired' : 'did not fire'}: ${escape(control)}</td>
<td class="${holds && fired ? 'holds' : 'broken'}">${verdict}</td>
</tr>`;
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sealscribe: the proof</title>
<style>${STYLE}</style>
<h1>The proof</h1>
<p>${result.claims} claims, ${result.failed} failed; ${result.controlsFired} of ${result.controls} controls fired, in ${seconds} s.
Each detector looked at the product and had to find nothing, then at something that breaks the claim on purpose and had to find that.</p>
<p class="small">${escape(new Date().toISOString())}, Node ${escape(process.version)}, ${escape(`${platform()} ${release()} ${arch()}`)}, ${cpus().length} × ${escape(cpus()[0]?.model ?? '')}.
Repeat it with <code>npm run prove</code>.</p>
<table>
<thead><tr><th>claim</th><th>what was tried</th><th>found</th><th>control</th><th></th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
</html>
`;
}
