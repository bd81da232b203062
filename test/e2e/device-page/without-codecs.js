delete globalThis.AudioDecoder;
