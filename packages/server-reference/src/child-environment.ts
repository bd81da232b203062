/**
 * The whole environment of a process of our own that runs models: where programs and the libraries of graphics processors are, and
 * what keeps its memory to itself. Nothing else of the server's environment is passed on.
 */

/** Where drivers and their libraries are, and which processors may be used. */
const DRIVERS = [
  'LD_LIBRARY_PATH',
  'CUDA_VISIBLE_DEVICES',
  'NVIDIA_VISIBLE_DEVICES',
  'NVIDIA_DRIVER_CAPABILITIES',
  'VK_ICD_FILENAMES',
  'VK_DRIVER_FILES',
];

/**
 * The environment. MALLOC_PERTURB_ makes the C library overwrite freed memory; the other three make it give free memory back
 * and share one arena between threads that seldom work at once, which is 15 MB less in each recogniser. ONNX Runtime since 1.29
 * reports its use over the network, and keeps an id and a queue of events in the user's cache folder, unless it is told not to
 * before it starts.
 */
export function childEnvironment(): NodeJS.ProcessEnv {
  const kept = DRIVERS.filter((name) => process.env[name] !== undefined).map((name) => [
    name,
    process.env[name],
  ]);
  return {
    ...(Object.fromEntries(kept) as NodeJS.ProcessEnv),
    PATH: process.env['PATH'],
    MALLOC_PERTURB_: '165',
    MALLOC_ARENA_MAX: '1',
    MALLOC_TOP_PAD_: '0',
    MALLOC_TRIM_THRESHOLD_: String(2 ** 20),
    ORT_DISABLE_TELEMETRY: '1',
  };
}
