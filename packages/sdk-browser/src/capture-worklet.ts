/**
 * Runs in the audio thread: gathers the first channel into chunks of a tenth of a second and hands them over. A file of its own, because
 * a strict CSP lets a page load worklets from files alone.
 */

// What an AudioWorkletGlobalScope has (Web Audio API, section 1.32); the DOM's types leave it out.
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: typeof AudioWorkletProcessor): void;

class Capture extends AudioWorkletProcessor {
  #chunk = new Float32Array(Math.round(sampleRate / 10));
  #length = 0;

  process([input]: readonly (readonly Float32Array[])[]): boolean {
    for (const sample of input?.[0] ?? []) {
      this.#chunk[this.#length++] = sample;
      if (this.#length < this.#chunk.length) continue;
      this.port.postMessage(this.#chunk);
      this.#length = 0;
    }
    return true;
  }
}

registerProcessor('sealscribe-capture', Capture);

export {};
