/** Whether models can run on a device of this machine, found out by trying, and if not, why not and what to do. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { childEnvironment } from '../child-environment.js';
import type { Device } from '../transcription/recognizer-protocol.js';

/** What trying a device showed. */
export interface Probe {
  readonly ok: boolean;
  /** Why not; empty when it works. */
  readonly reason: string;
}

/** Tries devices. */
export type ProbeDevice = (device: Exclude<Device, 'cpu'>) => Promise<Probe>;

const TIMEOUT_MS = 60_000;

/** Tries in processes of their own, which run the built `script`. */
export const probeWith =
  (script: string): ProbeDevice =>
  async (device) => {
    const hopeless = device === 'cuda' ? lackOfCuda() : lackOfGraphics();
    if (hopeless !== undefined) return { ok: false, reason: hopeless };
    const { output, talk } = await run(script, device);
    try {
      const { ok, reason } = JSON.parse(output) as Probe;
      return { ok, reason: ok ? '' : explain(device, `${reason}\n${talk}`) };
    } catch {
      return { ok: false, reason: explain(device, talk) || 'trying it ended the process' };
    }
  };

async function run(script: string, device: string): Promise<{ output: string; talk: string }> {
  try {
    const options = { env: childEnvironment(), timeout: TIMEOUT_MS, killSignal: 'SIGKILL' } as const;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, device], options);
    return { output: stdout, talk: stderr };
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return { output: stdout, talk: stderr };
  }
}

/** What is missing for CUDA already on the disk; undefined when it is worth a try. */
function lackOfCuda(): string | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    return 'ONNX Runtime for Node has CUDA on linux/x64 only';
  const folder = bindingFolder();
  const provider = 'libonnxruntime_providers_cuda.so';
  if (!existsSync(join(folder, provider)))
    return `${provider} is not in ${folder}: install it as docs/self-hosting.md says`;
  return undefined;
}

/** Where onnxruntime-node keeps its native libraries. */
function bindingFolder(): string {
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node');
  return join(dirname(entry), '..', 'bin', 'napi-v6', process.platform, process.arch);
}

/** Without a device node there is no graphics processor: a driver that computes on the processor would only be slower. */
function lackOfGraphics(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const nodes = (folder: string, pattern: RegExp) =>
    existsSync(folder) ? readdirSync(folder).filter((name) => pattern.test(name)) : [];
  const found = [...nodes('/dev/dri', /^renderD/), ...nodes('/dev', /^nvidia\d/), ...nodes('/dev', /^dxg$/)];
  if (found.length > 0) return undefined;
  return 'there is no graphics processor: neither /dev/dri/renderD* nor /dev/nvidia* exists';
}

const explanations: readonly [RegExp, (match: RegExpMatchArray) => string][] = [
  [
    /(lib(?:cudart|cublas|cublasLt|cudnn|cufft|curand|nvrtc)[\w.]*)\S*: cannot open shared object/,
    ([, library]) =>
      `${library} is not on the library path: install CUDA and cuDNN 9 and set LD_LIBRARY_PATH`,
  ],
  [/libcuda\.so\S*: cannot open/, () => 'the NVIDIA driver is not installed'],
  [/CUDA failure 35|driver version is insufficient/, () => 'the NVIDIA driver is older than this CUDA needs'],
  [/CUDA failure 100|no CUDA-capable device/, () => 'there is no NVIDIA graphics processor'],
  [
    /libonnxruntime_providers_(\w+)\.so: cannot open/,
    ([, name]) => `libonnxruntime_providers_${name}.so is missing`,
  ],
  [
    /Failed to get a WebGPU adapter|No supported adapters/,
    () => 'there is no graphics processor with a Vulkan driver that WebGPU can use',
  ],
  [/libvulkan\S*: cannot open|Couldn't load Vulkan/, () => 'the Vulkan loader (libvulkan1) is not installed'],
];

/** One line that a person can act upon; else the beginning of what the runtime said. */
export function explain(device: string, said: string): string {
  for (const [pattern, text] of explanations) {
    const match = pattern.exec(said);
    if (match) return text(match);
  }
  const [first = ''] = said.split('\n').filter((line) => line.trim() !== '');
  return first === '' ? '' : `${device} cannot be used: ${first.slice(0, 200)}`;
}
