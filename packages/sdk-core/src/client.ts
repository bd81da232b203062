/**
 * The facade: one object per server, with the two doors (private mode as published, and the vault) and transcription behind it.
 * Each method is a line or two over the file that does the work. sdk-node and sdk-browser extend it with their platform.
 */
import type { Health, LanguageList, ModelInfo, Session, Transcript } from '@sealscribe/protocol';
import type { FreshnessStore } from './freshness.js';
import type { AudioSource, Platform } from './platform.js';
import type { PrivateMode } from './private-mode.js';
import type { TranscribeOptions } from './transcription.js';
import type { Vault } from './vault.js';

/** Email and password as the person typed them. Neither leaves the device unhashed: the password never does. */
export interface Credentials {
  email: string;
  password: string;
}

/** How to reach a server. */
export interface SealscribeOptions {
  /** For example `https://127.0.0.1:8443`. */
  server: string;
  /** A session kept from an earlier run (see {@link Sealscribe.session}). */
  session?: Session;
  /** Where this device remembers what it has already seen, so that an old state is recognised. In memory by default. */
  freshness?: FreshnessStore;
  /** Milliseconds without a byte in either direction after which a request is given up; 60,000 by default. */
  timeout?: number;
  /** How often a failed request is tried again; 3 by default. */
  retries?: number;
  /** Lowers the floor of PBKDF2 iterations, for test servers; 600,000 by default and never under 100,000. */
  minIterations?: number;
}

const todo = (): never => {
  throw new Error('not there yet');
};

/** A Sealscribe server, seen from a client. */
export class Sealscribe {
  constructor(
    _options: SealscribeOptions,
    readonly platform: Platform,
  ) {}

  /** The session in use; keep it to stay signed in (its token is a secret). Undefined when signed out. */
  get session(): Session | undefined {
    return todo();
  }

  async health(): Promise<Health> {
    return todo();
  }
  async models(): Promise<ModelInfo[]> {
    return todo();
  }
  async languages(): Promise<LanguageList['languages']> {
    return todo();
  }

  async signUp(_credentials: Credentials): Promise<Vault> {
    return todo();
  }
  async signIn(_credentials: Credentials): Promise<Session> {
    return todo();
  }
  async unlock(_credentials: Credentials): Promise<Vault> {
    return todo();
  }
  async signOut(): Promise<void> {
    return todo();
  }
  async privateMode(_credentials: Credentials): Promise<PrivateMode> {
    return todo();
  }

  transcribe(
    source: AudioSource,
    options: TranscribeOptions & { format: 'srt' | 'vtt' | 'text' },
  ): Promise<string>;
  transcribe(source: AudioSource, options?: TranscribeOptions & { format?: undefined }): Promise<Transcript>;
  async transcribe(_source: AudioSource, _options: TranscribeOptions = {}): Promise<Transcript | string> {
    return todo();
  }

  /** Closes idle connections. */
  async close(): Promise<void> {
    await this.platform.close?.();
  }
}
