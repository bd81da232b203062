import { describe, expect, it } from 'vitest';
import { chooseDevice } from '../../src/device/choose-device.js';
import { explain, type ProbeDevice } from '../../src/device/probe.js';

/** A machine on which these devices work; it notes what was tried. */
function machine(...working: string[]) {
  const tried: string[] = [];
  const probe: ProbeDevice = async (device) => {
    tried.push(device);
    return working.includes(device)
      ? { ok: true, reason: '' }
      : { ok: false, reason: `${device} is missing` };
  };
  return { tried, probe };
}

describe('the choice of a device', () => {
  it.each([
    [['cuda', 'webgpu'], 'cuda', 'it works'],
    [['webgpu'], 'cpu', 'no cuda: cuda is missing'],
    [[], 'cpu', 'no cuda: cuda is missing'],
  ])('"auto" where %j work is CUDA or the processor', async (working, device, reason) => {
    const { tried, probe } = machine(...working);
    expect(await chooseDevice('auto', probe)).toEqual({ device, reason });
    expect(tried).toEqual(['cuda']);
  });

  it.each(['cuda', 'webgpu'] as const)(
    '%s that was asked for and is missing is an error, never another',
    async (wish) => {
      const other = wish === 'cuda' ? 'webgpu' : 'cuda';
      await expect(chooseDevice(wish, machine(other).probe)).rejects.toThrow(
        `--device ${wish}: ${wish} is missing`,
      );
      expect(await chooseDevice(wish, machine(wish).probe)).toMatchObject({ device: wish });
    },
  );

  it('the processor that was asked for is taken without trying anything', async () => {
    const { tried, probe } = machine('cuda');
    expect(await chooseDevice('cpu', probe)).toEqual({ device: 'cpu', reason: 'asked for' });
    expect(tried).toEqual([]);
  });
});

describe('why a device cannot be used', () => {
  it.each([
    [
      'Failed to load library x/libonnxruntime_providers_cuda.so with error: libcudnn.so.9: cannot open shared object file',
      /^libcudnn\.so\.9 is not on the library path/,
    ],
    ['libcublasLt.so.13: cannot open shared object file: No such file', /^libcublasLt\.so\.13 is not/],
    [
      'y/libonnxruntime_providers_shared.so: cannot open shared object file: No such file',
      /^libonnxruntime_providers_shared\.so is missing/,
    ],
    ['CUDA failure 100: no CUDA-capable device is detected ; GPU=-1', /no NVIDIA graphics processor/],
    ['CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version', /driver is older/],
    ['webgpu_context.cc:136 Failed to get a WebGPU adapter: No supported adapters', /Vulkan driver/],
    [`something else\nthat is long`, /^webgpu cannot be used: something else$/],
  ])('%s', (said, reason) => expect(explain('webgpu', said)).toMatch(reason));
});
