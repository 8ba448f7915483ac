/** Why a connection came to nothing, in a word: the messages of such errors have hosts and addresses. */
export function failureOf({ code = '' }: NodeJS.ErrnoException): string {
  if (DNS.test(code)) return 'dns_failed';
  if (TLS.test(code)) return 'tls_failed';
  if (code.startsWith('HPE_')) return 'bad_answer';
  if (code === 'ETIMEDOUT') return 'timeout';
  if (LOST.has(code)) return 'connection_lost';
  return 'connect_failed';
}

const DNS = /^(ENOTFOUND|EDNS|ENODATA|ESERVFAIL|ETIMEOUT|EAI_)/;
const TLS =
  /^(EPROTO|ETLS|ERR_TLS|ERR_SSL|CERT_|CRL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|INVALID_CA|HOSTNAME_)/;
const LOST = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);
