// A certificate of a day for names of this machine, by openssl.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** Whether this machine can make one. */
export function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Written into the directory as `tls.crt` and `tls.key`; signed by itself. */
export function makeCertificate(directory: string): CertificateFiles {
  const files = { certificate: join(directory, 'tls.crt'), key: join(directory, 'tls.key') };
  const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-days', '2', '-subj', '/CN=localhost', '-addext', names],
      ...['-keyout', files.key, '-out', files.certificate],
    ],
    { stdio: 'pipe' },
  );
  return files;
}
