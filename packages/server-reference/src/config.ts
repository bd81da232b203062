/**
 * The server's settings: command line flags, each with an environment variable, checked and with their defaults filled in.
 * A wrong flag ends the process with code 2 and a message; nothing here touches files or the network.
 */
import { availableParallelism, totalmem } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { DEVICES, type DeviceWish } from './device/choose-device.js';
import { tidyVariables, unknownVariables } from './variables.js';

/** Which decoders may be used: ffmpeg when it is there, ffmpeg or nothing, or only the built-in ones. */
export type DecoderChoice = 'auto' | 'ffmpeg' | 'builtin';

/** Settings of one server. */
export interface Config {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Folder of the store and of the self-made certificate. */
  readonly data: string;
  /** Address of a PostgreSQL database; without it the store is a file in {@link data}. */
  readonly database?: string;
  readonly json: boolean;
  /** PEM files; without them a certificate is made in the data folder. */
  readonly cert?: string;
  readonly key?: string;
  readonly insecureHttp: boolean;
  /** Recogniser processes. */
  readonly workers: number;
  /** Bytes of one recording's file. */
  readonly maxUpload: number;
  /** Bytes of all recordings that are in memory at once. */
  readonly maxMemory: number;
  /** Seconds of one recording. */
  readonly maxDuration: number;
  /** Transcriptions that may wait for their turn. */
  readonly maxQueue: number;
  /** Live streams at once; four for each recogniser when left out. */
  readonly maxStreams?: number;
  /** Seconds without audio after which a live stream is ended. */
  readonly streamIdle: number;
  /** Seconds for which an upload in parts may be left alone before it is dropped. */
  readonly uploadIdle: number;
  /** Seconds for which a job that is over is kept. */
  readonly jobLifetime: number;
  /** Minutes of audio a month, transcriptions at once and bytes of a file that one account may have; no limit where left out. */
  readonly quotaMinutes?: number;
  readonly quotaConcurrent?: number;
  readonly quotaFileSize?: number;
  /** Seconds for which a client may hold a connection without bringing a request or taking its answer. */
  readonly patience: number;
  /** When a recogniser process is replaced by a fresh one: jobs, seconds, bytes on top of what it began with; 0 = never. */
  readonly recycleJobs: number;
  readonly recycleSeconds: number;
  readonly recycleMemory: number;
  /** Port of the metrics; without it there are none. 0 = any free one. */
  readonly metrics?: number;
  readonly metricsHost: string;
  /** Hosts that recordings may be fetched from, see remote/hosts.ts; empty = none. */
  readonly fetchFrom: readonly string[];
  /** Addresses of the proxies whose X-Forwarded-For is believed, see trusted-proxies.ts; empty = nobody's. */
  readonly trustProxy: readonly string[];
  /** Hosts that webhooks may be delivered to, likewise. */
  readonly webhookTo: readonly string[];
  /** Seconds of the pause after the first try of a delivery. */
  readonly webhookRetry: number;
  /** Names or folders of the models; the first is the default. */
  readonly model: readonly string[];
  /** Folder of downloaded models; `models` in the data folder when left out. */
  readonly models?: string;
  /** Folder of models that tell speakers apart; without it what is on board does. */
  readonly speakerModels?: string;
  /** Where models run. */
  readonly device: DeviceWish;
  /** Address of the Triton that runs models instead of {@link device}. */
  readonly triton?: string;
  readonly tritonInsecure: boolean;
  readonly tritonCa?: string;
  /** Seconds within which Triton must answer. */
  readonly tritonTimeout: number;
  readonly decoder: DecoderChoice;
  /** Program that sends the server's mail; without it the operator hands out codes. */
  readonly emailHook?: string;
  /** Folder of a built web app to serve; without it the server has no pages. */
  readonly web?: string;
  /** Origins whose pages may call the server from a browser; '*' = all. */
  readonly allowOrigin: readonly string[];
  /** Seconds that a stopping server gives running transcriptions. */
  readonly drain: number;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
  /** Variables that look like settings and are none. */
  readonly unknown: readonly string[];
}

/** The id of the embedded model. */
export const DEFAULT_MODEL = 'moonshine-tiny-en';
const DEFAULT_MODELS = [DEFAULT_MODEL];
const MIB = 1024 ** 2;
/** Origins of apps that are no web sites, such as capacitor://localhost. */
const SCHEME = /^[a-z][a-z\d+.-]*:\/\/[^/?#\s]+$/;
const COMMANDS = `
Commands, beside starting the server (each has its own --help):
  models           list, download, check and remove models
  admin            accounts, their limits and what they use
  email-codes      codes of changes of an email that wait
  triton-models    write models for NVIDIA Triton`;

/** Reads flags and environment; ends the process on --help, --version and wrong flags. */
export function readConfig(argv: readonly string[], version: string): Config {
  const memory = Math.min(8192 * MIB, Math.max(256 * MIB, Math.floor(totalmem() / 4)));
  const option = (flags: string, text: string) =>
    new Option(flags, text).env(
      `SEALSCRIBE_SERVER_${/--([a-z-]+)/.exec(flags)?.[1]?.toUpperCase().replaceAll('-', '_')}`,
    );
  const program = new Command('sealscribe-server')
    .description('Transcribes recordings in memory and stores sealed transcripts that it cannot read.')
    .version(version)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .addOption(option('--host <address>', 'address to listen on').default('127.0.0.1'))
    .addOption(
      option('--port <number>', 'port to listen on, 0 = any free one')
        .default(8443)
        .argParser(whole(0, 65_535)),
    )
    .addOption(
      option('--data <folder>', 'folder of the store and the certificate').default('./sealscribe-data'),
    )
    .addOption(
      option(
        '--database <address>',
        'PostgreSQL, for several servers: postgres://USER@HOST/NAME; with a password, set the variable instead',
      ),
    )
    .addOption(option('--json', 'print one line of JSON on stdout when ready'))
    .addOption(option('--cert <file>', 'TLS certificate chain (PEM); made here when absent'))
    .addOption(option('--key <file>', 'private key of --cert (PEM)'))
    .addOption(
      option(
        '--insecure-http',
        'plain HTTP, for a proxy that terminates TLS; the only encryption left is the one of the vault',
      ),
    )
    .addOption(
      option('--workers <number>', 'recogniser processes')
        .default(availableParallelism())
        .argParser(whole(1, 1024)),
    )
    .addOption(
      option('--max-upload <bytes>', 'largest file of a recording')
        .default(Math.min(1024 * MIB, memory))
        .argParser(whole(1)),
    )
    .addOption(
      option('--max-memory <bytes>', 'largest sum of recordings in memory')
        .default(memory)
        .argParser(whole(1)),
    )
    .addOption(
      option('--max-duration <seconds>', 'longest recording')
        .default(6 * 3600)
        .argParser(whole(1)),
    )
    .addOption(
      option('--max-queue <number>', 'transcriptions that may wait').default(256).argParser(whole(0)),
    )
    .addOption(
      option('--max-streams <number>', 'live streams at once (default: four per recogniser)').argParser(
        whole(0),
      ),
    )
    .addOption(
      option('--stream-idle <seconds>', 'seconds without audio that end a live stream')
        .default(60)
        .argParser(whole(1)),
    )
    .addOption(
      option('--upload-idle <seconds>', 'seconds for which an upload in parts may be left alone')
        .default(600)
        .argParser(whole(1, 86_400)),
    )
    .addOption(
      option('--job-lifetime <seconds>', 'how long a job that is over is kept, with its result')
        .default(3600)
        .argParser(whole(1, 7 * 86_400)),
    )
    .addOption(
      option(
        '--quota-minutes <number>',
        'minutes of audio a month and account (default: no limit)',
      ).argParser(whole(0)),
    )
    .addOption(
      option(
        '--quota-concurrent <number>',
        'transcriptions at once of an account (default: no limit)',
      ).argParser(whole(1)),
    )
    .addOption(
      option('--quota-file-size <bytes>', 'largest file of an account (default: --max-upload)').argParser(
        whole(1),
      ),
    )
    .addOption(
      option('--patience <seconds>', 'how long a client may neither bring its request nor take its answer')
        .default(60)
        .argParser(whole(1, 3600)),
    )
    .addOption(
      option('--recycle-jobs <number>', 'pieces of audio after which a recogniser is replaced, 0 = never')
        .default(20_000)
        .argParser(whole(0)),
    )
    .addOption(
      option('--recycle-seconds <seconds>', 'age at which a recogniser is replaced, 0 = never')
        .default(6 * 3600)
        .argParser(whole(0)),
    )
    .addOption(
      option('--recycle-memory <bytes>', 'growth at which a recogniser is replaced, 0 = never')
        .default(1024 * MIB)
        .argParser(whole(0)),
    )
    .addOption(
      option('--metrics <port>', 'serve numbers about the server on this port, 0 = any free one').argParser(
        whole(0, 65_535),
      ),
    )
    .addOption(option('--metrics-host <address>', 'address of --metrics').default('127.0.0.1'))
    .addOption(
      option(
        '--fetch-from <host...>',
        'hosts that recordings may be fetched from: NAME, or NAME=ADDRESS:PORT for one of your own network',
      ).default([]),
    )
    .addOption(
      option('--webhook-to <host...>', 'hosts that webhooks may be delivered to, named likewise').default([]),
    )
    .addOption(
      option(
        '--webhook-retry <seconds>',
        'pause after a delivery that failed; each later one is five times as long',
      )
        .default(5)
        .argParser(whole(1, 3600)),
    )
    .addOption(
      option(
        '--trust-proxy <address...>',
        'proxies whose X-Forwarded-For says where a client is: ADDRESS, or ADDRESS/BITS for a network',
      ).default([]),
    )
    .addOption(
      option(
        '--model <name or folder>',
        'a model; repeat it (or separate by commas) for several, the first is the default',
      )
        .default(DEFAULT_MODELS)
        .argParser(gather),
    )
    .addOption(option('--models <folder>', 'folder of downloaded models (default: models in --data)'))
    .addOption(
      option('--speaker-models <folder>', 'segmentation.onnx and embedding.onnx, to tell speakers apart'),
    )
    .addOption(option('--device <which>', 'where models run').choices(DEVICES).default('auto'))
    .addOption(
      option('--triton <address>', 'NVIDIA Triton that runs models instead, such as https://HOST:PORT'),
    )
    .addOption(
      option(
        '--triton-insecure',
        'send audio to a Triton on another machine over plain HTTP: never beyond a network of your own',
      ),
    )
    .addOption(option('--triton-ca <file>', "authorities (PEM) that Triton's certificate is checked with"))
    .addOption(
      option('--triton-timeout <seconds>', 'how long Triton may take for a piece of audio')
        .default(30)
        .argParser(whole(1, 600)),
    )
    .addOption(
      option('--decoder <which>', 'what decodes media')
        .choices(['auto', 'ffmpeg', 'builtin'])
        .default('auto'),
    )
    .addOption(
      option(
        '--email-hook <program>',
        'program that sends mail: JSON on its standard input, one message a run',
      ),
    )
    .addOption(option('--web <folder>', 'built web app to serve, such as examples/web-app/dist'))
    .addOption(
      option('--allow-origin <origin...>', 'web origins that may call the server from a browser, * = all')
        .default([])
        .argParser(gatherOrigins),
    )
    .addOption(
      option('--drain <seconds>', 'how long a stopping server lets transcriptions finish')
        .default(30)
        .argParser(whole(0)),
    )
    .addOption(
      option('--log-level <level>', 'how much goes to stderr')
        .choices(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
        .default('info'),
    )
    .addHelpText('after', COMMANDS);
  tidyVariables(program, process.env);
  const [, , command = '-'] = argv;
  if (!command.startsWith('-'))
    program.error(`error: there is no command '${command.slice(0, 60)}'; --help lists them`);
  program.parse(argv);
  const unknown = unknownVariables(program, process.env);
  // It may hold a password: programs that the server runs do not get it.
  delete process.env['SEALSCRIBE_SERVER_DATABASE'];
  const options = program.opts<Partial<Config>>();
  if ((options.cert === undefined) !== (options.key === undefined))
    program.error('error: --cert and --key go together');
  if (options.insecureHttp && options.cert !== undefined)
    program.error('error: --insecure-http and --cert exclude each other');
  if (options.triton !== undefined && options.device !== 'auto')
    program.error('error: --triton and --device exclude each other');
  return { json: false, insecureHttp: false, tritonInsecure: false, unknown, ...options } as Config;
}

/** Collects origins as browsers write them: with a scheme, without a path. */
function gatherOrigins(text: string, before: readonly string[]): string[] {
  const origins = text.split(',').filter((value) => value !== '');
  for (const origin of origins) {
    const isWeb = /^https?:/.test(origin);
    const isOrigin = isWeb ? URL.canParse(origin) && new URL(origin).origin === origin : SCHEME.test(origin);
    if (!isOrigin && !['*', 'null'].includes(origin))
      throw new InvalidArgumentError(
        'An origin is such as https://app.example.com, without a slash at its end.',
      );
  }
  return [...before, ...origins];
}

/** Collects the values of an option that may be repeated; the first replaces the default. */
function gather(text: string, before: unknown): string[] {
  const values = text.split(',').filter((value) => value !== '');
  if (values.length === 0) throw new InvalidArgumentError('It must not be empty.');
  const gathered = Array.isArray(before) && before !== DEFAULT_MODELS ? (before as string[]) : [];
  return [...gathered, ...values];
}

const whole =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(
      most === Number.MAX_SAFE_INTEGER
        ? `It must be a whole number from ${least}.`
        : `It must be a whole number from ${least} to ${most}.`,
    );
  };
