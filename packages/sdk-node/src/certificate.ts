/**
 * Trust in a server's certificate. With a fingerprint, exactly that certificate is accepted, whoever signed it and whatever name
 * it holds; any other ends the connection before a byte of a request is sent. Without one, Node's authorities decide. TLS 1.3 only.
 */
import type { TLSSocket } from 'node:tls';
import { buildConnector } from 'undici';
import { CertificateError, type SealscribeError } from '@sealscribe/sdk-core';

/** Milliseconds until a connection must stand. */
const CONNECT_TIMEOUT = 15_000;

/**
 * A SHA-256 fingerprint in the form in which Node gives it.
 * @param text 64 hex digits, with or without colons
 * @throws TypeError
 */
export function parseFingerprint(text: string): string {
  const digits = typeof text === 'string' ? text.replaceAll(':', '').toUpperCase() : '';
  if (!/^[0-9A-F]{64}$/.test(digits))
    throw new TypeError('fingerprint must be a SHA-256 in hex: 64 digits, with or without colons');
  return digits.replace(/(..)(?!$)/g, '$1:');
}

/** Connects to a server that is trusted by `fingerprint` (as {@link parseFingerprint} gives it), or by Node's authorities. */
export function makeConnector(fingerprint: string | undefined): buildConnector.connector {
  const limits = { timeout: CONNECT_TIMEOUT, minVersion: 'TLSv1.3' as const };
  if (fingerprint === undefined) return buildConnector(limits);
  // A resumed TLS session brings no certificate, and nothing could be compared: none is kept.
  const connect = buildConnector({ ...limits, rejectUnauthorized: false, maxCachedSessions: 0 });
  return (options, callback) => {
    connect(options, (...[failure, socket]) => {
      if (failure) return callback(failure, null);
      const { fingerprint256 } = (socket as TLSSocket).getPeerCertificate();
      if (fingerprint256 === fingerprint) return callback(null, socket);
      socket.destroy();
      return callback(
        new CertificateError(
          'certificate_mismatch',
          'The server shows another certificate than the pinned one. Nothing was sent to it. ' +
            'If the server has a new certificate, compare the fingerprint that it prints at its start.',
        ),
        null,
      );
    });
  };
}

/** What is wrong with a certificate, or what else undici's failure stands for; undefined where it is only the connection. */
export function explainFailure(failure: unknown): SealscribeError | undefined {
  for (let cause = failure, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) {
    if (cause instanceof CertificateError) return cause;
    const { code } = cause as { code?: unknown };
    if (typeof code === 'string' && untrusted.has(code)) {
      return new CertificateError(
        'certificate_untrusted',
        "The server's certificate is not signed by an authority that this machine trusts. If the server is yours, pass " +
          'the SHA-256 fingerprint that it prints at its start as `fingerprint`.',
        { cause: failure },
      );
    }
  }
  return undefined;
}

/** OpenSSL's and Node's reasons to refuse a certificate. */
const untrusted = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_CHAIN_TOO_LONG',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'HOSTNAME_MISMATCH',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);
