/**
 * Decoding with the system's ffmpeg: everything it knows that is a recording, through pipes, in the sandbox. Playlists,
 * pictures and network protocols are off; of the file's tracks only the one asked for is decoded. Channels come out as
 * they are, because ffmpeg's own downmix lets opposite channels cancel.
 */
import { spawnSync } from 'node:child_process';
import { Downmixer } from '@sealscribe/asr';
import { HttpError } from '../http-error.js';
import { ABANDONED, checkEnd, runDecoder } from './decoder-child.js';
import { decoderEnvironment, type Sandbox } from './sandbox.js';
import { WavReader } from './wav.js';

const SAMPLE_RATE = 16_000;
const MEMORY = 1024 ** 3;
const demuxers =
  'aac,ac3,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,dts,dv,eac3,flac,flv,loas,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mp3,mpc,' +
  'mpc8,mpeg,mpegts,mxf,nut,ogg,rm,tak,truehd,tta,voc,w64,wav,wtv,wv';

/** Whether there is an ffmpeg that runs. */
export function hasFfmpeg(): boolean {
  return spawnSync('ffmpeg', ['-version'], { stdio: 'ignore', timeout: 10_000 }).status === 0;
}

/** What to decode. */
export interface FfmpegRun {
  readonly input: readonly Uint8Array[];
  /** Audio track, from 0. */
  readonly track: number;
  /** Whether two channels are wanted instead of one, see {@link Downmixer.pair}. */
  readonly pair: boolean;
  readonly maxSeconds: number;
  readonly sandbox: Sandbox;
  readonly signal: AbortSignal;
  readonly onConsumed?: (bytes: number) => void;
}

/**
 * One audio track as samples at 16 kHz: arrays of one channel, or of two.
 *
 * @throws {HttpError} `no_audio` when there is no such track, `undecodable_media` when nothing could be decoded.
 */
export async function* decodeWithFfmpeg(run: FfmpegRun): AsyncGenerator<Float32Array[], void> {
  const { input, track, maxSeconds, sandbox, signal } = run;
  const cpuSeconds = 60 + Math.ceil(maxSeconds / 20);
  // prettier-ignore
  const command = [
    ...sandbox.limits({ memoryBytes: MEMORY, cpuSeconds }), ...sandbox.noNetwork,
    'ffmpeg', '-nostdin', '-hide_banner', '-loglevel', 'error', '-bitexact',
    '-protocol_whitelist', 'pipe', '-format_whitelist', demuxers, '-threads', '1', '-i', 'pipe:0',
    '-map', `0:a:${track}`, '-vn', '-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1', '-threads', '1',
    // A second more than allowed, so that too long can be told from just short enough.
    '-t', String(maxSeconds + 1),
    '-ar', String(SAMPLE_RATE), '-c:a', 'pcm_f32le', '-bitexact', '-f', 'wav', 'pipe:1',
  ];
  const child = runDecoder({
    command,
    env: decoderEnvironment(),
    input,
    signal,
    ...(run.onConsumed && { onConsumed: run.onConsumed }),
  });
  const wav = new WavReader();
  const downmixer = new Downmixer(SAMPLE_RATE);
  let started = false;
  try {
    for (;;) {
      const next = await child.next();
      if (next.done) {
        checkEnd(
          next.value,
          started,
          (stderr) => new HttpError(/matches no streams/.test(stderr) ? 'no_audio' : 'undecodable_media'),
        );
        return;
      }
      const channels = wav.push(next.value);
      if (channels === undefined) continue;
      started = true;
      const given = run.pair ? downmixer.pair(channels) : [downmixer.mix(channels)];
      for (const channel of channels) channel.fill(0);
      yield given;
    }
  } finally {
    await child.return(ABANDONED);
  }
}
