import { describe, expect, it } from 'vitest';
import { readTritonAddress } from '../../src/triton/address.js';

describe('the address of Triton', () => {
  it('is taken over TLS, and over plain HTTP to this machine', () => {
    expect(readTritonAddress('https://triton.example:8443/', false)).toBe('https://triton.example:8443');
    expect(readTritonAddress('https://proxy.example/triton/', false)).toBe('https://proxy.example/triton');
    for (const host of ['localhost', '127.0.0.1', '[::1]'])
      expect(readTritonAddress(`http://${host}:8000`, false)).toBe(`http://${host}:8000`);
  });

  it('is refused over plain HTTP to another machine, unless the operator says so', () => {
    for (const host of ['10.0.0.2', 'triton', '127.0.0.1.example', '[::ffff:10.0.0.2]', '0.0.0.0'])
      expect(() => readTritonAddress(`http://${host}:8000`, false)).toThrow('--triton-insecure');
    expect(readTritonAddress('http://10.0.0.2:8000', true)).toBe('http://10.0.0.2:8000');
  });

  it('is nothing else, and what was given is not repeated', () => {
    const wrong = [
      ...['grpc://127.0.0.1:8001', 'triton:8000', '', 'file:///secret', 'http://'],
      ...['https://user:secret@triton', 'https://triton/?secret', 'https://triton/#secret'],
    ];
    for (const address of wrong) {
      const read = () => readTritonAddress(address, true);
      expect(read).toThrow('--triton: the address');
      expect(read).not.toThrow('secret');
    }
  });
});
