/**
 * Setup of the test project `crypto-peculiar`: the whole suite on another implementation of Web Crypto than the runtime's, as
 * an application without one would pass it in.
 */
import { Crypto as PeculiarCrypto } from '@peculiar/webcrypto';
import { useWebCrypto } from '../src/index.js';

const crypto = new PeculiarCrypto();
useWebCrypto(crypto);
// The tests make keys of their own: those too must be keys of this implementation.
Object.defineProperty(globalThis, 'crypto', { value: crypto, configurable: true, writable: true });
