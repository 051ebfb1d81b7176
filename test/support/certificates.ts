// A throwaway certificate authority and server certificates, made at run time: no key is ever in the repository.
// Never trust one outside a test; each lasts a day.

import { generate } from 'selfsigned';
import type { ServerCertificate } from './pop3-server/wire.ts';

export interface CertificateRequest {
  /** DNS names the certificate is good for. */
  readonly names: readonly string[];
  /** IP addresses it is good for. */
  readonly ips?: readonly string[];
  /** It ended an hour ago. */
  readonly expired?: boolean;
}

export interface CertificateAuthority {
  /** What a client must trust, PEM. */
  readonly caPem: string;
  /** A certificate signed by this authority: a server may show it, and a client too. */
  issue(request: CertificateRequest): Promise<ServerCertificate>;
}

const HOUR_MS = 3_600_000;
const KEY = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;

/** An authority and one certificate of it. For several certificates of one authority use `makeAuthority`. */
export async function makeCertificates(
  request: CertificateRequest,
): Promise<ServerCertificate & { readonly caPem: string }> {
  const authority = await makeAuthority();
  return { caPem: authority.caPem, ...(await authority.issue(request)) };
}

export async function makeAuthority(): Promise<CertificateAuthority> {
  const ca = await generate([{ name: 'commonName', value: 'Mailferry test authority' }], {
    ...KEY,
    ...validity(false),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return {
    caPem: ca.cert,
    issue: (request) => issue(request, { key: ca.private, cert: ca.cert }),
  };
}

async function issue(
  { names, ips = [], expired = false }: CertificateRequest,
  ca: { readonly key: string; readonly cert: string },
): Promise<ServerCertificate> {
  const leaf = await generate([{ name: 'commonName', value: names[0] ?? 'unnamed' }], {
    ...KEY,
    ...validity(expired),
    ca,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...names.map((value) => ({ type: 2, value }) as const),
          ...ips.map((ip) => ({ type: 7, ip }) as const),
        ],
      },
    ],
  });
  return { certificatePem: leaf.cert, keyPem: leaf.private };
}

/** Starts in the past, so that a client whose clock is a little behind accepts it. */
function validity(expired: boolean): { notBeforeDate: Date; notAfterDate: Date } {
  const now = Date.now();
  return {
    notBeforeDate: new Date(now - 24 * HOUR_MS),
    notAfterDate: new Date(now + (expired ? -1 : 24) * HOUR_MS),
  };
}
